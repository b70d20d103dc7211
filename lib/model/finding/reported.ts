// Rules that are not checks of final objects: what constructs, synth and commands report, each with its reason.

interface Reported {
  /** What is required, in one sentence. */
  readonly what: string;
  /** What happens if it is violated. */
  readonly why: string;
  /** @default error */
  readonly severity?: 'warning' | 'note' | 'error or warning' | 'error or note or warning';
}

/** By subject, then by id. The reason for an id is here only; who reports it is where its name is found in `lib/`. */
export const reportedRules = {
  Platform: {
    app: {
      what: 'The app file loads, exports an app or a promise of it, and its program comes to its end.',
      why: 'There is nothing to synthesize, or what the program adds later would be missing.',
    },
    capability: {
      what: 'A cluster declares the capability that an object needs, and only capabilities that exist.',
      why: 'The API server of a cluster without it refuses the object as an unknown kind.',
    },
    'environment-taken': {
      what: 'A copy of an environment, and the preview of a branch, has an unused name.',
      why: 'Two environments would write the same files.',
    },
    exception: {
      what: 'The code of a chart or construct does not throw.',
      why: 'What it would have described after that line is unknown, so nothing is written.',
    },
    'foreign-registry': {
      what: "An image comes from its own environment's registry, or from one of no environment.",
      why: 'An image that was never released to this environment would run in it.',
    },
    'group-id': {
      what: 'A group has one id in a directory, on all clusters of its provider, and an id has one name; `directory` of a cluster names another one.',
      why: 'A role would reach people that no one means, such as the pipeline of another environment.',
      severity: 'warning',
    },
    'group-subject': {
      what: "The id of a group has the form of the cluster's directory.",
      why: 'The binding would name no one, and the group could do nothing.',
    },
    headroom: {
      what: 'Where pods may grow faster than nodes are ready, enough room is reserved.',
      why: 'New pods wait for a node in the very peak that needs them.',
      severity: 'warning',
    },
    'headroom-pool': {
      what: 'Room is reserved in one of several pools only where labels distinguish its nodes.',
      why: 'The placeholder pods could run in any other pool.',
    },
    home: {
      what: '`home` names one of the clusters.',
      why: 'The root of `dist/` would be empty.',
    },
    'image-tag': {
      what: 'Every image has a tag: one build number for the system, or one for each component.',
      why: 'No one could say which image runs.',
    },
    input: {
      what: 'What a chart hands over has the keys and values that its type has: no unknown key, no text for a number, nothing missing.',
      why: 'Types are gone at run time: a misspelt key would be ignored, and a wrong value would be written into the manifests.',
    },
    'kubernetes-minor': {
      what: 'The Kubernetes version of an upgrade is a minor from 1.27 to 1.37, as text: `1.36`.',
      why: 'Which fields an object may have follows from it.',
    },
    'missing-setting': {
      what: 'A placement gives every setting that the system reads.',
      why: '`undefined` would become a part of a manifest.',
    },
    name: {
      what: 'Names of clusters and environments are DNS labels of at most 40 characters.',
      why: 'They are parts of file names and of namespaces.',
    },
    namespace: {
      what: 'A namespace has a valid name, and is none of those that belong to Kubernetes.',
      why: 'The API server refuses the name; a quota and a default deny would break what runs there.',
    },
    'namespace-taken': {
      what: 'Two systems of a cluster have different namespaces.',
      why: 'They would share a quota and overwrite each other.',
    },
    'no-placement': {
      what: 'A platform places a system, and every environment of a placement is on a cluster.',
      why: 'Its files would be deleted from `dist/`.',
    },
    'preview-of-production': {
      what: 'Previews are like an environment that promises to survive nothing.',
      why: 'What no one has reviewed would have the registry and the groups of an environment with users.',
    },
    'provider-plan': {
      what: 'Nodes, addresses and load-balancer targets of a cluster stay within its declared pools, subnets and limits.',
      why: 'At its peak pods wait for ever, although each manifest is right.',
    },
    registry: {
      what: 'An environment on a cluster whose nodes pull images has a registry.',
      why: 'Without one, an image is never pulled: no pod starts.',
    },
    'registry-host': {
      what: "A registry is the provider's own, complete, or declared as external.",
      why: "Nodes pull with the cluster's identity, which has no rights elsewhere.",
    },
    'control-plane-lost': {
      what: 'The control plane survives the zones that an environment promises to survive.',
      why: 'Until it is back no pod is placed or scaled, and Services send to lost ones.',
      severity: 'note',
    },
    'survives-regions': {
      what: 'An environment that survives the loss of regions runs in more of them, with enough pods in each.',
      why: 'The promise would be false.',
    },
    'survives-zones': {
      what: 'After the loss of the promised zones, each component has the pods that it needs.',
      why: 'The promise would be false: the pods that are left are overloaded, or wait for a node.',
    },
    'unread-setting': {
      what: 'The code of a system reads every setting that a placement gives it.',
      why: 'A misspelt setting would have no effect, without a word.',
    },
    'unused-image': {
      what: 'Every entry of `images` belongs to a system, an environment and a component that exist.',
      why: 'A pipeline that edits a misspelt or left-over entry would release nothing.',
      severity: 'warning',
    },
    'unknown-cluster': {
      what: 'A placement, and the controller in `gitops`, name clusters that the platform declares.',
      why: 'The system would be placed nowhere, and the controller would apply nothing.',
    },
    'unknown-environment': {
      what: 'A placement, a copy and a comparison name environments that exist.',
      why: 'What the environment promises is unknown.',
    },
    'unknown-group': {
      what: 'Access is given to groups that a cluster declares.',
      why: 'A misspelt group has no access.',
    },
    'unknown-role': {
      what: 'A group has one of the roles viewer, developer, operator, deployer; in a placement, also none.',
      why: 'No rights follow from another word.',
    },
    'workload-identity': {
      what: 'An identity has the form of its provider, and belongs to a component of the cluster.',
      why: 'The component would fall back to a Secret without notice, or act as no one.',
    },
  },
  Components: {
    'agent-pods': {
      what: 'A component on every node that uses a service with limits is on a cluster that declares its node pools.',
      why: 'The number of its pods is unknown, so the account of the service leaves them out.',
      severity: 'warning',
    },
    'alerts-unsent': {
      severity: 'warning',
      what: 'The part `metrics` of a cluster has a receiver of alerts.',
      why: 'Alerts then show in Alertmanager and Grafana only, where no one looks at night.',
    },
    'backup-copies': {
      what: 'Data and its backups are three copies, at two providers, and one is in another region.',
      why: 'What is lost with a provider, an account or a region would be lost with all its copies.',
    },
    'backup-etcd': {
      severity: 'warning',
      what: 'A cluster with the part `backups` and nodes of a control plane says what copies its etcd.',
      why: 'What git does not have, such as Secrets, would be lost with the nodes.',
    },
    'backup-unused': {
      severity: 'warning',
      what: 'A cluster with the part `backups` has a System with a Backup.',
      why: 'The part looks as if data were copied.',
    },
    'backup-unwatched': {
      severity: 'warning',
      what: 'A cluster with the part `backups` has the part `metrics`.',
      why: 'A backup that fails would be noticed when it is needed.',
    },
    'database-copies': {
      what: 'A PostgreSQL of an environment that survives zones has an operator that keeps copies in enough of them.',
      why: 'One pod is unreachable with its zone, and two zones cannot say which of two copies is the right one.',
    },
    'database-memory': {
      what: 'Shared buffers and the memory in which each connection sorts fit into the memory of a pod.',
      why: 'The kernel would end the database when all connections are at work.',
    },
    'metrics-unread': {
      severity: 'note',
      what: 'Metrics of a component are on a cluster that says where its Prometheus runs.',
      why: 'No policy lets it in: the pods have annotations for it, and no one reads them.',
    },
    'migration-order': {
      what: 'A migration needs none of the components that wait for it, and stands in their system.',
      why: 'Each would wait for the other, and the release would never come to its end.',
    },
    'run-overlap': {
      what: 'The deadline of a CronJob whose runs wait for each other is at most the time between two runs.',
      why: 'A run that goes on when the next is due delays it, or takes its place.',
      severity: 'note',
    },
    availability: {
      what: 'Surge, budget, grace period, deadline and spread of a component agree with each other and with what it survives.',
      why: 'A rollout never starts or never ends, a drain is blocked, or requests are cut off.',
    },
    'configuration-conflict': {
      what: 'A variable has one value.',
      why: 'The last one would win silently.',
    },
    'configuration-value': {
      what: 'The value of a variable is text.',
      why: 'The API server refuses a ConfigMap with anything else.',
    },
    'id-taken': {
      what: 'A construct has an id that nothing else in its scope has.',
      why: 'Two constructs of one id would be one: nothing after the second was described.',
    },
    'component-name': {
      what: 'No component is called default.',
      why: 'It would take over the ServiceAccount default, and give its identity to every pod that names none.',
    },
    'node-fit': {
      what: 'A pod fits on an empty node of a pool that may run it: its CPU, its memory, its devices, and the taints of the pool.',
      why: 'It would wait for ever.',
    },
    'node-choice': {
      what: 'Some node has the labels that a pod selects, and those that its volumes require.',
      why: 'It would wait for ever; the table of failures counts it as missing.',
      severity: 'warning',
    },
    'node-os': {
      what: 'Pods cannot start on nodes of another operating system.',
      why: 'The scheduler does not look at images: they are placed there, and never start.',
    },
    'node-architecture': {
      what: 'Pods that nodes of several architectures may run say which they are built for.',
      why: 'An image of the other architecture fails with "exec format error", in some orders of scheduling only.',
      severity: 'warning',
    },
    'quota-daemons': {
      what: 'A quota counts the pods of every DaemonSet in its namespace.',
      why: 'They are refused, or take the place of other pods, as soon as there are more nodes than the quota has room for.',
      severity: 'warning',
    },
    'release-cadence': {
      what: 'A rollout ends before the next release starts (`releaseEverySeconds`).',
      why: 'Releases would pile up, with three versions running at once.',
    },
    resources: {
      what: 'A component has a CPU request: stated, or derived from its load, but not both.',
      why: 'Without one an autoscaler on CPU does nothing; with two, one is ignored.',
    },
    'secret-store': {
      what: 'A cluster with External Secrets says which store has the values of its Secrets.',
      why: 'Nothing would make the Secret: the pods that mount it never start.',
    },
    'volume-regions': {
      what: 'A volume of an environment that survives regions says why its data may be unreachable.',
      why: 'A volume is in one region, and its loss makes the data unreachable.',
    },
    'volume-zones': {
      what: 'A volume of an environment that survives zones is in enough of them, or says why it need not be.',
      why: 'The loss of its zone makes the data unreachable.',
    },
  },
  Size: {
    capacity: {
      what: 'The promises of a load can be kept by some number of pods.',
      why: 'More pods would not help: the message says which promise, and by how much.',
    },
    'queue-reader': {
      what: 'A broker whose queue KEDA reads has credentials for it.',
      why: 'The autoscaler would never see the queue.',
    },
    'queue-scaling': {
      what: 'Some number of pods drains the largest backlog in time, with targets that an autoscaler can use.',
      why: 'The queue would grow without end, or the autoscaler would never act.',
    },
    unit: {
      what: 'Numbers of a load are plausible in their unit.',
      why: 'Milliseconds where seconds are meant give a size that is a thousand times too large.',
      severity: 'warning',
    },
  },
  Network: {
    budget: {
      what: 'All clients of a service together stay within its declared limits, at their peak and during a rollout.',
      why: 'The service refuses connections in the very peak that needs them.',
    },
    connection: {
      what: 'A component connects to each service once, never to itself; to one with limits it says what a pod uses.',
      why: 'Variables would overwrite each other, or the limits would not be counted.',
    },
    credentials: {
      what: 'A reference to a Secret has a valid name, and keys that are file names.',
      why: 'The pods would not start.',
    },
    'dns-record': {
      what: 'A DNS record has one or more hosts, each once.',
      why: 'Nothing would be written, or the same record twice.',
    },
    'exposure-certificate': {
      severity: 'warning',
      what: 'A TLS Secret that a component names is read by what serves its hosts.',
      why: 'The hosts have another certificate than the chart says, or none until it is made there; a chart for several clusters may name one for those that read it.',
    },
    'exposure-gateway': {
      what: 'What a component asks of its entry is in what serves its hosts: an Ingress, or a Gateway of this controller and bundle.',
      why: 'The field would be dropped or ignored: requests would go another way than the chart says.',
    },
    'exposure-health': {
      what: 'An exposed component has a health path: that of its readiness probe, or one for the load balancer alone.',
      why: 'A load balancer that asks a path without an answer takes every pod for dead.',
    },
    'exposure-hosts': {
      what: 'A component is exposed at one or more hosts, each once.',
      why: 'The Ingress or route would lead nowhere, or be refused.',
    },
    'exposure-options': {
      what: 'Options of an exposure are given with its first hosts.',
      why: 'A component has one entry, and later options would contradict it.',
    },
    'balancer-drain': {
      severity: 'warning',
      what: 'An exposed pod that begins to stop goes on serving until its load balancer knows.',
      why: 'The end of a pod reaches the process and the load balancer at the same time: requests sent meanwhile are lost.',
    },
    'balancer-silence': {
      severity: 'note',
      what: 'A long answer sends something before the load balancer takes it for dead.',
      why: 'The balancer ends a request without a byte after a time of its own, whatever its time-out.',
    },
    'balancer-timeout': {
      severity: 'error or warning',
      what: 'The load balancer in front of a component waits for its longest request, and lets it end when the pod stops.',
      why: 'Users get a 504 for a request that the pod would have answered.',
    },
    'exposure-paths': {
      what: 'Each path of an exposed component makes a difference.',
      why: 'What has no effect is a mistake, or misleads the reader.',
    },
    'exposure-port': {
      what: 'An Ingress leads to a port that speaks http, a route to one that speaks http or gRPC, of a Service with an address.',
      why: 'A load balancer that asks a port for what it does not speak answers every request with an error.',
    },
    'exposure-shared': {
      what: 'Components that share hosts agree on what their hosts have only once.',
      why: 'One of them would get the TLS Secret, the health check or the redirect of another.',
    },
    'exposure-targets': {
      what: 'A load balancer that targets nodes has a Service with node ports.',
      why: 'It would find no target.',
    },
    'gateway-host': {
      what: 'A host that `gatewayApi.hosts` of a cluster names is one of an exposed component there.',
      why: 'The host that is meant would be served by another entry, such as the old one in a move.',
    },
    'grpc-balance': {
      severity: 'note',
      what: 'Clients of gRPC can balance their calls over all pods.',
      why: 'A Service with one address balances connections, and a gRPC client has one: it asks the same pod for ever.',
    },
    'host-overwritten': {
      what: 'Clusters that serve the same host declare it as common, so that each writes its own weighted record.',
      why: "Each external-dns would overwrite the other's record.",
    },
    'ingress-source': {
      what: 'A cluster says where ingress traffic comes from.',
      why: 'The network policy would deny it: the host responds with a timeout.',
    },
    neighbour: {
      what: 'A network of raw workloads, and a client or neighbour that is let in, names pods, ports and addresses that are known.',
      why: 'The policy would select no pods or all of them, or deny what is meant to be let through.',
    },
    'provider-key': {
      what: 'An annotation of the provider profile is changed by an override only.',
      why: 'A change by hand looks like an oversight, and breaks what the profile promises.',
    },
    traffic: {
      what: 'Weights are whole numbers from 0 to 255 for clusters of the environment, one of them above 0.',
      why: 'DNS would send no traffic, or other shares than written.',
    },
    'traffic-capacity': {
      what: 'A cluster gets no more traffic than its components are sized for.',
      why: 'It would be overloaded when regions are lost.',
    },
  },
  Synth: {
    'dependency-across-files': {
      what: 'A dependency is in the same file or an earlier one.',
      why: 'Files are applied by name, so the order would be another one.',
      severity: 'warning',
    },
    'dependency-cycle': {
      what: 'Dependencies have no circle.',
      why: 'No order satisfies them.',
    },
    'deployer-kind': {
      what: 'The plural of a custom kind is known where a deployer applies it.',
      why: 'A role names resources by their plural: the deployer would be refused.',
    },
    'deployer-reach': {
      what: "A system's objects are in its own namespace where a deployer applies them.",
      why: 'Its role ends at the namespace: the deployer would be refused.',
    },
    'dropped-field': {
      what: 'A generated class (`cdk8s import`, L1 of cdk8s-plus) knows every field that it is given.',
      why: 'It leaves out what its type does not have, such as a misspelt or a newer field, without a word.',
    },
    'ignored-option': {
      what: "An app sets nothing of cdk8s that synth does not follow: `outdir` and the like of `App`, a chart's own `toJson()`.",
      why: 'It would have no effect, without a word; what a `toJson()` adds would be lost.',
      severity: 'error or warning',
    },
    'object-list': {
      what: 'The items of a list (`List`, `RoleList`) are objects, and no other kind has a top-level list `items`.',
      why: '`kubectl` takes every object with `items` apart and applies the items; it cannot read a file with any other item.',
    },
    'foreign-manifest': {
      what: 'What Include and Helm read is YAML of Kubernetes objects, with one meaning, wherever it is read.',
      why: 'An object would be missing or another one in the cluster, and no one would notice.',
      severity: 'error or warning',
    },
    'file-name': {
      what: 'Each file has a name of its own: `10-<system>-<environment>.yaml`.',
      why: 'Two systems would be in one file, which one of them applies; or the inventory could not list it.',
    },
    output: {
      what: '`dist/` can be replaced as a whole: an ordinary directory, with one writer at a time.',
      why: 'What is there could be lost, or be half of two versions.',
    },
    override: {
      what: 'An override gives a field that exists another value, or adds a field to a place that exists.',
      why: 'It would change nothing, and no one would notice.',
    },
    'unchecked-field': {
      what: 'A field that an override adds is known to the types of the Kubernetes API.',
      why: 'Whether the API server knows it is not checked.',
      severity: 'note',
    },
    unrenderable: {
      what: 'The values of an object are JSON: no function, no instance of a class, no `undefined` in a list, no NaN, no integer that lost digits.',
      why: 'YAML has no form for anything else: it would vanish, or become another value.',
    },
    validation: {
      what: 'A construct from elsewhere passes its own cdk8s validation.',
      why: '`cdk8s synth` would refuse it too.',
    },
    'unused-reason': {
      what: 'A reason in an annotation excuses something that its rule would refuse.',
      why: 'A reason for nothing would hide the next violation; a misspelt one excuses nothing.',
      severity: 'warning',
    },
    'yaml-corruption': {
      what: 'Keys and values are JSON, and their text has whole characters.',
      why: 'YAML has no form for anything else, so the cluster would get another value ([what has a form](decisions.md#text-that-readers-of-yaml-take-for-something-else)).',
    },
  },
  'Changes since a commit': {
    'autoscaler-left': {
      what: 'An autoscaler that leaves the manifests leaves the cluster, too.',
      why: 'Apply by kubectl deletes nothing: it would go on to set the number of pods, against what the manifests say.',
      severity: 'warning',
    },
    comparison: {
      what: 'What is committed can be read: the commit of `--against`, or else HEAD, with its `dist/`.',
      why: 'A change that the API server refuses would only show itself in the cluster.',
      severity: 'error or note or warning',
    },
    'data-removed': {
      what: 'Namespaces, claims, volumes and definitions stay, or are gone on purpose.',
      why: 'Argo CD and Flux delete what leaves the manifests, and its data with it.',
      severity: 'warning',
    },
    'fixed-field': {
      what: 'A field that the API server never changes is as it was; a reason in `evenkeel.dev/fixed-field-reason` says who deletes the object first.',
      why: 'The API server refuses the change, or keeps the old value: the apply fails in the cluster, or changes nothing.',
      severity: 'error or warning',
    },
    renamed: {
      what: 'A workload or Service that gets another name or kind is replaced as a whole.',
      why: 'Both run where nothing prunes, the new one has empty volumes, or clients ask for the old name.',
      severity: 'warning',
    },
    'replicas-handover': {
      what: '`replicas` that an autoscaler takes over stay what they are when they leave the manifest.',
      why: 'Apply removes the field, and the API server fills in 1: all other pods end.',
      severity: 'warning',
    },
  },
  Commands: {
    'environment-difference': {
      what: 'Environments of a system differ only in what an environment decides (`compare environments`).',
      why: 'What was tested in one is not what runs in the other.',
    },
    'gitops-account': {
      what: 'One ServiceAccount deploys a namespace, and with Flux it is in a namespace that exists before.',
      why: 'A controller acts as one account, and Flux has its object in the namespace of that account.',
    },
    'gitops-cluster': {
      what: '`gitops` is about clusters that run a system.',
      why: 'The controller would have nothing to apply.',
    },
    'gitops-dist': {
      what: '`gitops` finds the files that the code would write in `dist/`, beside `gitops/` in one repository.',
      why: 'The controller would look for files that are not there, or apply what no one owns.',
    },
    'gitops-name': {
      what: 'Names of the objects of a controller have at most 63 characters.',
      why: 'The controller writes them into a label of each object that it applies, which has no room for more.',
    },
    'gitops-owner': {
      what: 'Every object is applied by one Application or Kustomization, that of its own system.',
      why: "Two owners undo each other's changes for ever, and each deletes what the other needs.",
    },
    'gitops-settings': {
      what: '`gitops` is given a platform with a controller and a repository.',
      why: 'Without them there is no one to apply the files, and no place to read them.',
    },
    init: {
      what: '`init` is given names that it knows, in a folder that has none of its files, by a package that npm installed.',
      why: 'A file would be lost, or the new repository could not install the package.',
    },
    'no-platform': {
      what: '`compare` is given an app that a platform built.',
      why: 'Another app cannot be built again on other clusters.',
    },
    'npm-option': {
      what: 'An option reaches the command: `npm run synth -- --check`, with two dashes.',
      why: 'An option that npm keeps for itself is lost to the command: a check would write.',
    },
    outdir: {
      what: 'The output directory is a path of the system that synth runs on.',
      why: 'A path of Windows is one oddly named folder elsewhere.',
    },
    'picture-layout': {
      what: '`picture` finds the layout library, unless it prints Mermaid.',
      why: 'There is no place for a box.',
    },
    'picture-option': {
      what: '`picture` is given the name of one system or cluster with a workload, a known format and a directory.',
      why: 'There is nothing to draw, or no place for the file.',
    },
    'plan-cluster': {
      what: '`plan` is asked about a cluster that runs a system.',
      why: 'It has no load to plan for.',
    },
    preview: {
      what: '`preview` is given one thing to do, names of branches, days of the calendar, and a file in which no two branches have one environment.',
      why: 'The wrong environment would appear, or disappear.',
    },
    'provider-difference': {
      what: "Workloads are the same on every provider, but for the profile's allowed differences (`compare providers`).",
      why: 'A move would change more than was said.',
    },
    'prove-why': {
      what: '`prove --why` has words of a row and of an event.',
      why: 'There is no answer to print.',
    },
    'synth-option': {
      what: '`synth` is given systems and a cluster that exist, and options that have a meaning together.',
      why: 'It would write or print something else than was meant.',
    },
    'traffic-move': {
      what: '`traffic --from … --to …` names two clusters of one environment, with a share to move.',
      why: 'There is no line to write.',
    },
    'upgrade-ignored': {
      what: '`synth --kubernetes` is given an app that a platform built.',
      why: 'The minor would have no effect.',
    },
    'upgrade-overwrites': {
      what: 'The manifests of an upgrade are written beside `dist/`.',
      why: 'Manifests for a cluster that does not exist yet would be applied.',
    },
    type: {
      what: 'With `synth --types`, the project passes TypeScript.',
      why: 'Types are stripped by synth: what they would refuse is found later, or in the cluster.',
    },
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Reported>>>>;
