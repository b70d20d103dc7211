// Well-known custom kinds and their scopes. Written by `node imports/kinds.mjs`: never edit by hand.
// Sources: the CustomResourceDefinitions of
//   github.com/argoproj/argo-cd/v3 v3.5.7
//   github.com/argoproj/argo-rollouts v1.10.1
//   github.com/argoproj/argo-workflows/v3 v3.6.0
//   github.com/aws/karpenter-provider-aws v1.14.1
//   github.com/bitnami-labs/sealed-secrets v0.40.0
//   github.com/cert-manager/cert-manager v1.21.2
//   github.com/cilium/cilium v1.20.2
//   github.com/cloudnative-pg/cloudnative-pg v1.24.0
//   github.com/crossplane/crossplane v1.20.0
//   github.com/external-secrets/external-secrets v1.3.2
//   github.com/fluxcd/kustomize-controller v1.9.6
//   github.com/fluxcd/source-controller v1.9.6
//   github.com/kedacore/keda/v2 v2.21.0
//   github.com/kubernetes-csi/external-snapshotter/client/v8 v8.7.0
//   github.com/kyverno/kyverno v1.19.1
//   github.com/longhorn/longhorn-manager v1.6.0
//   github.com/open-policy-agent/gatekeeper/v3 v3.23.1
//   github.com/projectcalico/calico v1.11.0-cni-plugin.0.20250813170300-a0db560f0520
//   github.com/projectcontour/contour v1.33.8
//   github.com/prometheus-operator/prometheus-operator v0.85.0
//   github.com/rook/rook v1.15.0
//   github.com/tektoncd/pipeline v0.60.0
//   github.com/traefik/traefik/v3 v3.7.13
//   github.com/vmware-tanzu/velero v1.18.3
//   go.universe.tf/metallb v0.16.2
//   istio.io/api v1.27.0
//   k8s.io/autoscaler/vertical-pod-autoscaler v1.8.1
//   knative.dev/serving v0.51.0
//   sigs.k8s.io/cluster-api v1.14.2
//   sigs.k8s.io/gateway-api v1.6.3
//   sigs.k8s.io/karpenter v1.14.1
//   sigs.k8s.io/kueue v0.17.0
//   sigs.k8s.io/network-policy-api v0.3.0
// and, for projects without such a Go module:
//   fluxcd.io, "Flux APIs"
//   argoproj.github.io/argo-events, "Concepts"
//   docs.crossplane.io v2, "API"
//   cert-manager.io, trust-manager and approver-policy
//   karpenter.sh, "Upgrade Guide" (before v1); learn.microsoft.com, "AKSNodeClass"
//   cloud.google.com, "ComputeClass"; EKS user guide, "Auto Mode NodeClass", "Custom networking", "Security groups for pods"
//   opentelemetry.io, "Operator"; developer.hashicorp.com, "Vault Secrets Operator API"
//   strimzi.io, "API Reference"
//   docs.tigera.io, "Calico resources"; network-policy-api v0.1
//   docs.openshift.com, "API reference"; olm.operatorframework.io
//   docs.nvidia.com, "GPU Operator"; nfd.sigs.k8s.io; projectcapsule.dev; kubeflow.org, "Profiles"
//   github.com/spiffe/spire-controller-manager, README; k8snetworkplumbingwg, multi-net-spec

/** A group with its kinds of one scope, as `Kind/plural`. */
export type CustomRow = readonly [group: string, scope: 'cluster' | 'namespace', kinds: string];

/** The whole table. */
export const CUSTOM_KINDS: readonly CustomRow[] = [
  ['acme.cert-manager.io', 'namespace', 'Challenge/challenges Order/orders'],
  ['addons.cluster.x-k8s.io', 'namespace', 'ClusterResourceSet/clusterresourcesets ClusterResourceSetBinding/clusterresourcesetbindings'],
  ['apiextensions.crossplane.io', 'cluster', 'CompositeResourceDefinition/compositeresourcedefinitions Composition/compositions CompositionRevision/compositionrevisions EnvironmentConfig/environmentconfigs ManagedResourceActivationPolicy/managedresourceactivationpolicies ManagedResourceDefinition/managedresourcedefinitions Usage/usages'],
  ['apps.openshift.io', 'namespace', 'DeploymentConfig/deploymentconfigs'],
  ['argoproj.io', 'cluster', 'ClusterAnalysisTemplate/clusteranalysistemplates ClusterWorkflowTemplate/clusterworkflowtemplates'],
  ['argoproj.io', 'namespace', 'AnalysisRun/analysisruns AnalysisTemplate/analysistemplates AppProject/appprojects Application/applications ApplicationSet/applicationsets CronWorkflow/cronworkflows EventBus/eventbus EventSource/eventsources Experiment/experiments Rollout/rollouts Sensor/sensors Workflow/workflows WorkflowArtifactGCTask/workflowartifactgctasks WorkflowEventBinding/workfloweventbindings WorkflowTaskResult/workflowtaskresults WorkflowTaskSet/workflowtasksets WorkflowTemplate/workflowtemplates'],
  ['autoscaling.internal.knative.dev', 'namespace', 'Metric/metrics PodAutoscaler/podautoscalers'],
  ['autoscaling.k8s.io', 'namespace', 'VerticalPodAutoscaler/verticalpodautoscalers VerticalPodAutoscalerCheckpoint/verticalpodautoscalercheckpoints'],
  ['autoscaling.x-k8s.io', 'namespace', 'CapacityBuffer/capacitybuffers'],
  ['bitnami.com', 'namespace', 'SealedSecret/sealedsecrets'],
  ['bootstrap.cluster.x-k8s.io', 'namespace', 'KubeadmConfig/kubeadmconfigs KubeadmConfigTemplate/kubeadmconfigtemplates'],
  ['capsule.clastix.io', 'cluster', 'CapsuleConfiguration/capsuleconfigurations Tenant/tenants'],
  ['ceph.rook.io', 'namespace', 'CephBlockPool/cephblockpools CephBlockPoolRadosNamespace/cephblockpoolradosnamespaces CephBucketNotification/cephbucketnotifications CephBucketTopic/cephbuckettopics CephCOSIDriver/cephcosidrivers CephClient/cephclients CephCluster/cephclusters CephFilesystem/cephfilesystems CephFilesystemMirror/cephfilesystemmirrors CephFilesystemSubVolumeGroup/cephfilesystemsubvolumegroups CephNFS/cephnfses CephObjectRealm/cephobjectrealms CephObjectStore/cephobjectstores CephObjectStoreUser/cephobjectstoreusers CephObjectZone/cephobjectzones CephObjectZoneGroup/cephobjectzonegroups CephRBDMirror/cephrbdmirrors'],
  ['cert-manager.io', 'cluster', 'ClusterIssuer/clusterissuers'],
  ['cert-manager.io', 'namespace', 'Certificate/certificates CertificateRequest/certificaterequests Issuer/issuers'],
  ['cilium.io', 'cluster', 'CiliumBGPAdvertisement/ciliumbgpadvertisements CiliumBGPClusterConfig/ciliumbgpclusterconfigs CiliumBGPNodeConfig/ciliumbgpnodeconfigs CiliumBGPNodeConfigOverride/ciliumbgpnodeconfigoverrides CiliumBGPPeerConfig/ciliumbgppeerconfigs CiliumCIDRGroup/ciliumcidrgroups CiliumClusterwideEnvoyConfig/ciliumclusterwideenvoyconfigs CiliumClusterwideNetworkPolicy/ciliumclusterwidenetworkpolicies CiliumDatapathPlugin/ciliumdatapathplugins CiliumEgressGatewayPolicy/ciliumegressgatewaypolicies CiliumEndpointSlice/ciliumendpointslices CiliumIdentity/ciliumidentities CiliumL2AnnouncementPolicy/ciliuml2announcementpolicies CiliumLoadBalancerIPPool/ciliumloadbalancerippools CiliumNode/ciliumnodes CiliumPodIPPool/ciliumpodippools'],
  ['cilium.io', 'namespace', 'CiliumEndpoint/ciliumendpoints CiliumEnvoyConfig/ciliumenvoyconfigs CiliumGatewayClassConfig/ciliumgatewayclassconfigs CiliumLocalRedirectPolicy/ciliumlocalredirectpolicies CiliumNetworkPolicy/ciliumnetworkpolicies CiliumNodeConfig/ciliumnodeconfigs'],
  ['cloud.google.com', 'cluster', 'ComputeClass/computeclasses'],
  ['cluster.x-k8s.io', 'namespace', 'Cluster/clusters ClusterClass/clusterclasses Machine/machines MachineDeployment/machinedeployments MachineDrainRule/machinedrainrules MachineHealthCheck/machinehealthchecks MachinePool/machinepools MachineSet/machinesets'],
  ['config.gatekeeper.sh', 'namespace', 'Config/configs'],
  ['connection.gatekeeper.sh', 'namespace', 'Connection/connections'],
  ['controlplane.cluster.x-k8s.io', 'namespace', 'KubeadmControlPlane/kubeadmcontrolplanes KubeadmControlPlaneTemplate/kubeadmcontrolplanetemplates'],
  ['crd.k8s.amazonaws.com', 'cluster', 'ENIConfig/eniconfigs'],
  ['crd.projectcalico.org', 'cluster', 'BGPConfiguration/bgpconfigurations BGPFilter/bgpfilters BGPPeer/bgppeers BlockAffinity/blockaffinities CalicoNodeStatus/caliconodestatuses ClusterInformation/clusterinformations FelixConfiguration/felixconfigurations GlobalNetworkPolicy/globalnetworkpolicies GlobalNetworkSet/globalnetworksets HostEndpoint/hostendpoints IPAMBlock/ipamblocks IPAMConfig/ipamconfigs IPAMHandle/ipamhandles IPPool/ippools IPReservation/ipreservations KubeControllersConfiguration/kubecontrollersconfigurations'],
  ['crd.projectcalico.org', 'namespace', 'NetworkPolicy/networkpolicies NetworkSet/networksets'],
  ['eks.amazonaws.com', 'cluster', 'NodeClass/nodeclasses'],
  ['eventing.keda.sh', 'cluster', 'ClusterCloudEventSource/clustercloudeventsources'],
  ['eventing.keda.sh', 'namespace', 'CloudEventSource/cloudeventsources'],
  ['expansion.gatekeeper.sh', 'cluster', 'ExpansionTemplate/expansiontemplate'],
  ['extensions.istio.io', 'namespace', 'WasmPlugin/wasmplugins'],
  ['external-secrets.io', 'cluster', 'ClusterExternalSecret/clusterexternalsecrets ClusterPushSecret/clusterpushsecrets ClusterSecretStore/clustersecretstores'],
  ['external-secrets.io', 'namespace', 'ExternalSecret/externalsecrets PushSecret/pushsecrets SecretStore/secretstores'],
  ['externaldata.gatekeeper.sh', 'cluster', 'Provider/providers'],
  ['gateway.networking.k8s.io', 'cluster', 'GatewayClass/gatewayclasses'],
  ['gateway.networking.k8s.io', 'namespace', 'BackendTLSPolicy/backendtlspolicies GRPCRoute/grpcroutes Gateway/gateways HTTPRoute/httproutes ListenerSet/listenersets ReferenceGrant/referencegrants TCPRoute/tcproutes TLSRoute/tlsroutes UDPRoute/udproutes'],
  ['gateway.networking.x-k8s.io', 'cluster', 'XMesh/xmeshes'],
  ['gateway.networking.x-k8s.io', 'namespace', 'XBackend/xbackends XBackendTrafficPolicy/xbackendtrafficpolicies'],
  ['generators.external-secrets.io', 'cluster', 'ClusterGenerator/clustergenerators'],
  ['generators.external-secrets.io', 'namespace', 'ACRAccessToken/acraccesstokens CloudsmithAccessToken/cloudsmithaccesstokens ECRAuthorizationToken/ecrauthorizationtokens Fake/fakes GCRAccessToken/gcraccesstokens GeneratorState/generatorstates GithubAccessToken/githubaccesstokens Grafana/grafanas MFA/mfas Password/passwords QuayAccessToken/quayaccesstokens SSHKey/sshkeys STSSessionToken/stssessiontokens UUID/uuids VaultDynamicSecret/vaultdynamicsecrets Webhook/webhooks'],
  ['groupsnapshot.storage.k8s.io', 'cluster', 'VolumeGroupSnapshotClass/volumegroupsnapshotclasses VolumeGroupSnapshotContent/volumegroupsnapshotcontents'],
  ['groupsnapshot.storage.k8s.io', 'namespace', 'VolumeGroupSnapshot/volumegroupsnapshots'],
  ['helm.toolkit.fluxcd.io', 'namespace', 'HelmRelease/helmreleases'],
  ['image.toolkit.fluxcd.io', 'namespace', 'ImagePolicy/imagepolicies ImageRepository/imagerepositories ImageUpdateAutomation/imageupdateautomations'],
  ['ipam.cluster.x-k8s.io', 'namespace', 'IPAddress/ipaddresses IPAddressClaim/ipaddressclaims'],
  ['k8s.cni.cncf.io', 'namespace', 'NetworkAttachmentDefinition/network-attachment-definitions'],
  ['kafka.strimzi.io', 'namespace', 'Kafka/kafkas KafkaBridge/kafkabridges KafkaConnect/kafkaconnects KafkaConnector/kafkaconnectors KafkaMirrorMaker2/kafkamirrormaker2s KafkaNodePool/kafkanodepools KafkaRebalance/kafkarebalances KafkaTopic/kafkatopics KafkaUser/kafkausers'],
  ['karpenter.azure.com', 'cluster', 'AKSNodeClass/aksnodeclasses'],
  ['karpenter.k8s.aws', 'cluster', 'AWSNodeTemplate/awsnodetemplates EC2NodeClass/ec2nodeclasses'],
  ['karpenter.sh', 'cluster', 'Machine/machines NodeClaim/nodeclaims NodeOverlay/nodeoverlays NodePool/nodepools Provisioner/provisioners'],
  ['keda.sh', 'cluster', 'ClusterTriggerAuthentication/clustertriggerauthentications'],
  ['keda.sh', 'namespace', 'ScaledJob/scaledjobs ScaledObject/scaledobjects TriggerAuthentication/triggerauthentications'],
  ['kubeflow.org', 'cluster', 'Profile/profiles'],
  ['kueue.x-k8s.io', 'cluster', 'AdmissionCheck/admissionchecks ClusterQueue/clusterqueues Cohort/cohorts MultiKueueCluster/multikueueclusters MultiKueueConfig/multikueueconfigs ProvisioningRequestConfig/provisioningrequestconfigs ResourceFlavor/resourceflavors Topology/topologies WorkloadPriorityClass/workloadpriorityclasses'],
  ['kueue.x-k8s.io', 'namespace', 'LocalQueue/localqueues Workload/workloads'],
  ['kustomize.toolkit.fluxcd.io', 'namespace', 'Kustomization/kustomizations'],
  ['kyverno.io', 'cluster', 'ClusterCleanupPolicy/clustercleanuppolicies ClusterPolicy/clusterpolicies GlobalContextEntry/globalcontextentries'],
  ['kyverno.io', 'namespace', 'CleanupPolicy/cleanuppolicies Policy/policies PolicyException/policyexceptions UpdateRequest/updaterequests'],
  ['longhorn.io', 'namespace', 'BackingImage/backingimages BackingImageDataSource/backingimagedatasources BackingImageManager/backingimagemanagers Backup/backups BackupBackingImage/backupbackingimages BackupTarget/backuptargets BackupVolume/backupvolumes Engine/engines EngineImage/engineimages InstanceManager/instancemanagers Node/nodes Orphan/orphans RecurringJob/recurringjobs Replica/replicas Setting/settings ShareManager/sharemanagers Snapshot/snapshots SupportBundle/supportbundles SystemBackup/systembackups SystemRestore/systemrestores Volume/volumes VolumeAttachment/volumeattachments'],
  ['metallb.io', 'namespace', 'BFDProfile/bfdprofiles BGPAdvertisement/bgpadvertisements BGPPeer/bgppeers Community/communities ConfigurationState/configurationstates IPAddressPool/ipaddresspools L2Advertisement/l2advertisements ServiceBGPStatus/servicebgpstatuses ServiceL2Status/servicel2statuses'],
  ['monitoring.coreos.com', 'namespace', 'Alertmanager/alertmanagers AlertmanagerConfig/alertmanagerconfigs PodMonitor/podmonitors Probe/probes Prometheus/prometheuses PrometheusAgent/prometheusagents PrometheusRule/prometheusrules ScrapeConfig/scrapeconfigs ServiceMonitor/servicemonitors ThanosRuler/thanosrulers'],
  ['mutations.gatekeeper.sh', 'cluster', 'Assign/assign AssignImage/assignimage AssignMetadata/assignmetadata ModifySet/modifyset'],
  ['networking.istio.io', 'namespace', 'DestinationRule/destinationrules EnvoyFilter/envoyfilters Gateway/gateways ProxyConfig/proxyconfigs ServiceEntry/serviceentries Sidecar/sidecars VirtualService/virtualservices WorkloadEntry/workloadentries WorkloadGroup/workloadgroups'],
  ['nfd.k8s-sigs.io', 'cluster', 'NodeFeatureRule/nodefeaturerules'],
  ['notification.toolkit.fluxcd.io', 'namespace', 'Alert/alerts Provider/providers Receiver/receivers'],
  ['nvidia.com', 'cluster', 'ClusterPolicy/clusterpolicies NVIDIADriver/nvidiadrivers'],
  ['objectbucket.io', 'cluster', 'ObjectBucket/objectbuckets'],
  ['objectbucket.io', 'namespace', 'ObjectBucketClaim/objectbucketclaims'],
  ['opentelemetry.io', 'namespace', 'Instrumentation/instrumentations OpAMPBridge/opampbridges OpenTelemetryCollector/opentelemetrycollectors TargetAllocator/targetallocators'],
  ['operator.tigera.io', 'cluster', 'APIServer/apiservers ImageSet/imagesets Installation/installations TigeraStatus/tigerastatuses'],
  ['operators.coreos.com', 'cluster', 'OLMConfig/olmconfigs Operator/operators'],
  ['operators.coreos.com', 'namespace', 'CatalogSource/catalogsources ClusterServiceVersion/clusterserviceversions InstallPlan/installplans OperatorGroup/operatorgroups Subscription/subscriptions'],
  ['ops.crossplane.io', 'cluster', 'CronOperation/cronoperations Operation/operations WatchOperation/watchoperations'],
  ['pkg.crossplane.io', 'cluster', 'Configuration/configurations ConfigurationRevision/configurationrevisions ControllerConfig/controllerconfigs DeploymentRuntimeConfig/deploymentruntimeconfigs Function/functions FunctionRevision/functionrevisions ImageConfig/imageconfigs Lock/locks Provider/providers ProviderRevision/providerrevisions'],
  ['policies.kyverno.io', 'cluster', 'DeletingPolicy/deletingpolicies GeneratingPolicy/generatingpolicies ImageValidatingPolicy/imagevalidatingpolicies MutatingPolicy/mutatingpolicies ValidatingPolicy/validatingpolicies'],
  ['policies.kyverno.io', 'namespace', 'NamespacedDeletingPolicy/namespaceddeletingpolicies NamespacedGeneratingPolicy/namespacedgeneratingpolicies NamespacedImageValidatingPolicy/namespacedimagevalidatingpolicies NamespacedMutatingPolicy/namespacedmutatingpolicies NamespacedValidatingPolicy/namespacedvalidatingpolicies PolicyException/policyexceptions'],
  ['policy.cert-manager.io', 'cluster', 'CertificateRequestPolicy/certificaterequestpolicies'],
  ['policy.networking.k8s.io', 'cluster', 'AdminNetworkPolicy/adminnetworkpolicies BaselineAdminNetworkPolicy/baselineadminnetworkpolicies ClusterNetworkPolicy/clusternetworkpolicies'],
  ['postgresql.cnpg.io', 'cluster', 'ClusterImageCatalog/clusterimagecatalogs'],
  ['postgresql.cnpg.io', 'namespace', 'Backup/backups Cluster/clusters ImageCatalog/imagecatalogs Pooler/poolers ScheduledBackup/scheduledbackups'],
  ['project.openshift.io', 'cluster', 'Project/projects'],
  ['projectcalico.org', 'cluster', 'BGPConfiguration/bgpconfigurations BGPPeer/bgppeers FelixConfiguration/felixconfigurations GlobalNetworkPolicy/globalnetworkpolicies GlobalNetworkSet/globalnetworksets HostEndpoint/hostendpoints IPPool/ippools Tier/tiers'],
  ['projectcalico.org', 'namespace', 'NetworkPolicy/networkpolicies NetworkSet/networksets'],
  ['projectcontour.io', 'namespace', 'ContourConfiguration/contourconfigurations ContourDeployment/contourdeployments ExtensionService/extensionservices HTTPProxy/httpproxies TLSCertificateDelegation/tlscertificatedelegations'],
  ['protection.crossplane.io', 'cluster', 'ClusterUsage/clusterusages'],
  ['protection.crossplane.io', 'namespace', 'Usage/usages'],
  ['reports.kyverno.io', 'cluster', 'ClusterEphemeralReport/clusterephemeralreports'],
  ['reports.kyverno.io', 'namespace', 'EphemeralReport/ephemeralreports'],
  ['resolution.tekton.dev', 'namespace', 'ResolutionRequest/resolutionrequests'],
  ['route.openshift.io', 'namespace', 'Route/routes'],
  ['runtime.cluster.x-k8s.io', 'cluster', 'ExtensionConfig/extensionconfigs'],
  ['secrets.crossplane.io', 'cluster', 'StoreConfig/storeconfigs'],
  ['secrets.hashicorp.com', 'namespace', 'HCPAuth/hcpauths HCPVaultSecretsApp/hcpvaultsecretsapps SecretTransformation/secrettransformations VaultAuth/vaultauths VaultAuthGlobal/vaultauthglobals VaultConnection/vaultconnections VaultDynamicSecret/vaultdynamicsecrets VaultPKISecret/vaultpkisecrets VaultStaticSecret/vaultstaticsecrets'],
  ['security.istio.io', 'namespace', 'AuthorizationPolicy/authorizationpolicies PeerAuthentication/peerauthentications RequestAuthentication/requestauthentications'],
  ['security.openshift.io', 'cluster', 'SecurityContextConstraints/securitycontextconstraints'],
  ['serving.knative.dev', 'namespace', 'Configuration/configurations DomainMapping/domainmappings Revision/revisions Route/routes Service/services'],
  ['snapshot.storage.k8s.io', 'cluster', 'VolumeSnapshotClass/volumesnapshotclasses VolumeSnapshotContent/volumesnapshotcontents'],
  ['snapshot.storage.k8s.io', 'namespace', 'VolumeSnapshot/volumesnapshots'],
  ['source.toolkit.fluxcd.io', 'namespace', 'Bucket/buckets ExternalArtifact/externalartifacts GitRepository/gitrepositories HelmChart/helmcharts HelmRepository/helmrepositories OCIRepository/ocirepositories'],
  ['spire.spiffe.io', 'cluster', 'ClusterFederatedTrustDomain/clusterfederatedtrustdomains ClusterSPIFFEID/clusterspiffeids ClusterStaticEntry/clusterstaticentries'],
  ['status.gatekeeper.sh', 'namespace', 'ConfigPodStatus/configpodstatuses ConnectionPodStatus/connectionpodstatuses ConstraintPodStatus/constraintpodstatuses ConstraintTemplatePodStatus/constrainttemplatepodstatuses ExpansionTemplatePodStatus/expansiontemplatepodstatuses MutatorPodStatus/mutatorpodstatuses ProviderPodStatus/providerpodstatuses'],
  ['syncset.gatekeeper.sh', 'cluster', 'SyncSet/syncsets'],
  ['tekton.dev', 'cluster', 'ClusterTask/clustertasks'],
  ['tekton.dev', 'namespace', 'CustomRun/customruns Pipeline/pipelines PipelineRun/pipelineruns StepAction/stepactions Task/tasks TaskRun/taskruns VerificationPolicy/verificationpolicies'],
  ['telemetry.istio.io', 'namespace', 'Telemetry/telemetries'],
  ['templates.gatekeeper.sh', 'cluster', 'ConstraintTemplate/constrainttemplates'],
  ['traefik.io', 'namespace', 'IngressRoute/ingressroutes IngressRouteTCP/ingressroutetcps IngressRouteUDP/ingressrouteudps Middleware/middlewares MiddlewareTCP/middlewaretcps ServersTransport/serverstransports ServersTransportTCP/serverstransporttcps TLSOption/tlsoptions TLSStore/tlsstores TraefikService/traefikservices'],
  ['trust.cert-manager.io', 'cluster', 'Bundle/bundles'],
  ['velero.io', 'namespace', 'Backup/backups BackupRepository/backuprepositories BackupStorageLocation/backupstoragelocations DataDownload/datadownloads DataUpload/datauploads DeleteBackupRequest/deletebackuprequests DownloadRequest/downloadrequests PodVolumeBackup/podvolumebackups PodVolumeRestore/podvolumerestores Restore/restores Schedule/schedules ServerStatusRequest/serverstatusrequests VolumeSnapshotLocation/volumesnapshotlocations'],
  ['vpcresources.k8s.aws', 'cluster', 'CNINode/cninodes'],
  ['vpcresources.k8s.aws', 'namespace', 'SecurityGroupPolicy/securitygrouppolicies'],
  ['wgpolicyk8s.io', 'cluster', 'ClusterPolicyReport/clusterpolicyreports'],
  ['wgpolicyk8s.io', 'namespace', 'PolicyReport/policyreports'],
];
