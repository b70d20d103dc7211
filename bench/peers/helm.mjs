// A Helm chart of the same applications: one template that loops over the list in values.yaml.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { fresh } from '../places.mjs';

/** Writes the chart and returns its folder. The template has no helpers and no toYaml, which favours Helm. */
export function writeChart({ manifests, parameters }, objects) {
  const folder = fresh(`helm-${objects}`);
  mkdirSync(join(folder, 'templates'), { recursive: true });
  const fields = ['name', 'tag', 'port', 'cpu', 'memory', 'min', 'max'];
  const documents = manifests(Object.fromEntries(fields.map((field) => [field, `{{ .${field} }}`])));
  // Up to here, numbers are quoted placeholders.
  const text = documents
    .map((document) => stringify(document, { aliasDuplicateObjects: false, lineWidth: 0 }))
    .join('---\n');
  const template = text
    .replace(/"(\{\{ \.(?:port|min|max) \}\})"/g, '$1')
    .replaceAll('version: "{{ .tag }}"', 'version: {{ .tag | quote }}');
  writeFileSync(join(folder, 'Chart.yaml'), 'apiVersion: v2\nname: bench\nversion: 0.1.0\n');
  writeFileSync(join(folder, 'values.yaml'), stringify({ applications: parameters(objects) }));
  writeFileSync(
    join(folder, 'templates', 'all.yaml'),
    `{{- range .Values.applications }}\n---\n${template}{{- end }}\n`,
  );
  return folder;
}
