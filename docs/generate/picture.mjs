// The picture: the way from charts to the cluster, and what each step proves. Its colours follow the reader's light or dark scheme.

const CARD = { width: 162, height: 132, gap: 24, top: 60, left: 20 };
const HEIGHT = 292;

/** The steps in their order: name, what it is, what it proves, in lines that fit, and by which command. */
const stepsOf = (ruleCount) => [
  { name: 'charts', what: 'your TypeScript', proves: ['names, types and', 'settings fit'], by: 'npm run typecheck' },
  {
    name: 'constructs',
    what: 'building blocks',
    proves: ['rollout, drain and', 'spread agree'],
    by: 'npm run synth',
  },
  {
    name: 'checks',
    what: `${ruleCount} rules, every object`,
    proves: ['refused here, not', 'in the cluster'],
    by: 'npm run synth',
  },
  { name: 'dist', what: 'plain YAML', proves: ['same code,', 'same bytes'], by: 'npm run synth' },
  { name: 'git', what: 'a diff to review', proves: ['the files are what', 'the code writes'], by: 'synth -- --check' },
  {
    name: 'cluster',
    what: 'kubectl or GitOps',
    proves: ['no request lost in', 'rollout and drain'],
    by: 'npm run e2e',
  },
];

/** Who has the step in hand: first and last step of each. */
const OWNERS = [
  { name: 'you', from: 0, to: 0 },
  { name: 'Evenkeel', from: 1, to: 3 },
  { name: 'you and your pipeline', from: 4, to: 4 },
  { name: 'Kubernetes', from: 5, to: 5 },
];

const STYLE = `
    text { font-family: system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif; font-size: 12.5px; fill: #1f2328 }
    .page { fill: #ffffff; stroke: #d1d9e0 }
    .card { fill: #f6f8fa; stroke: #d1d9e0 }
    .name { font-size: 16px; font-weight: 600 }
    .what, .owner { fill: #59636e }
    .by { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 11px; fill: #59636e }
    .proof { stroke: #1a7f37; stroke-width: 2; fill: none; stroke-linecap: round; stroke-linejoin: round }
    .way { stroke: #0969da; stroke-width: 2; fill: none; stroke-linecap: round; stroke-linejoin: round }
    .owned { stroke: #d1d9e0; stroke-width: 1.5; fill: none }
    .back { stroke: #cf222e; stroke-width: 1.5; fill: none; stroke-dasharray: 5 4 }
    .head { stroke: #cf222e; stroke-width: 1.5; fill: none; stroke-linecap: round; stroke-linejoin: round }
    .mistake { fill: #cf222e }
    @media (prefers-color-scheme: dark) {
      text { fill: #f0f6fc }
      .page { fill: #0d1117; stroke: #3d444d }
      .card { fill: #151b23; stroke: #3d444d }
      .what, .owner, .by { fill: #9198a1 }
      .proof { stroke: #3fb950 }
      .way { stroke: #4493f8 }
      .owned { stroke: #3d444d }
      .back, .head { stroke: #f85149 }
      .mistake { fill: #f85149 }
    }`;

const leftOf = (index) => CARD.left + index * (CARD.width + CARD.gap);
const middleOf = (index) => leftOf(index) + CARD.width / 2;

function drawCard({ name, what, proves, by }, index) {
  const left = leftOf(index);
  const { top, width, height } = CARD;
  const text = left + 14;
  const lines = proves.map((line, row) => `  <text x="${text + 17}" y="${top + 80 + 17 * row}">${line}</text>`);
  return [
    `  <rect class="card" x="${left}" y="${top}" width="${width}" height="${height}" rx="8"/>`,
    `  <text class="name" x="${text}" y="${top + 28}">${name}</text>`,
    `  <text class="what" x="${text}" y="${top + 48}">${what}</text>`,
    `  <path class="proof" d="M${text} ${top + 76} l3.5 4 l6.5 -8"/>`,
    ...lines,
    `  <text class="by" x="${text}" y="${top + height - 12}">${by}</text>`,
  ].join('\n');
}

function drawArrow(index) {
  const from = leftOf(index) + CARD.width + 4;
  const to = leftOf(index + 1) - 4;
  const y = CARD.top + CARD.height / 2;
  return `  <path class="way" d="M${from} ${y} H${to} m-5 -5 l5 5 l-5 5"/>`;
}

function drawOwner({ name, from, to }) {
  const left = leftOf(from);
  const right = leftOf(to) + CARD.width;
  return [
    `  <path class="owned" d="M${left} 48 v-6 H${right} v6"/>`,
    `  <text class="owner" x="${(left + right) / 2}" y="32" text-anchor="middle">${name}</text>`,
  ].join('\n');
}

/** The way back: a mistake that a check finds. */
function drawMistake() {
  const bottom = CARD.top + CARD.height;
  const [to, from] = [middleOf(0), middleOf(2)];
  const low = bottom + 44;
  return [
    `  <path class="back" d="M${from} ${bottom + 4} V${low - 10} q0 10 -10 10 H${to + 10} q-10 0 -10 -10 V${bottom + 6}"/>`,
    `  <path class="head" d="M${to - 5} ${bottom + 11} l5 -5 l5 5"/>`,
    `  <text class="mistake" x="${to}" y="${low + 22}">a mistake: your line, the field, the value, what would be right; nothing is written</text>`,
  ].join('\n');
}

/** The picture, as SVG. */
export function drawPicture(ruleCount) {
  const steps = stepsOf(ruleCount);
  const width = leftOf(steps.length) - CARD.gap + CARD.left;
  const title = 'From charts to the cluster, and what each step proves';
  const described = steps.map(({ name, proves, by }) => `${name}: ${proves.join(' ')} (${by})`).join('; ');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${HEIGHT}" role="img" aria-labelledby="title desc">
  <!-- Written by \`npm run docs\` -->
  <title id="title">${title}</title>
  <desc id="desc">${described}.</desc>
  <style>${STYLE}
  </style>
  <rect class="page" x="0.5" y="0.5" width="${width - 1}" height="${HEIGHT - 1}" rx="12"/>
${OWNERS.map(drawOwner).join('\n')}
${steps.map(drawCard).join('\n')}
${steps
  .slice(1)
  .map((_, index) => drawArrow(index))
  .join('\n')}
${drawMistake()}
</svg>
`;
}
