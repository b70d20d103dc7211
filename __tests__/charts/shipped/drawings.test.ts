// Drawings of the shipped systems and clusters by their geometry, what the judge of it finds, and the SVG itself.
import { pictureOfCluster } from '../../../lib/analysis/picture/cluster-picture';
import type { Picture } from '../../../lib/analysis/picture/picture';
import { pictureOfSystem } from '../../../lib/analysis/picture/system-picture';
import { placementsOf } from '../../../lib/constructs/system/system';
import type { Drawing } from '../../../lib/report/picture/drawing';
import type { Placed, Way } from '../../../lib/report/picture/layout';
import { svgOf } from '../../../lib/report/picture/svg';
import { app } from '../../../main';
import { faultsOf } from '../../support/picture-judge';
import { drawn } from '../../support/pictures';
import { shipped } from '../../support/shipped';

const placements = placementsOf(app);
const systems = [...new Set(placements.map(({ system }) => system))];
const clusters = [...new Set(placements.map(({ cluster }) => cluster.name))];

function pictureOf(name: string): Picture {
  const picture = systems.includes(name)
    ? pictureOfSystem(shipped.entries, placements, name)
    : pictureOfCluster(shipped.entries, placements, name);
  if (picture === undefined) throw new Error(`nothing to draw of ${name}`);
  return picture;
}

test.each([...systems, ...clusters])('%s has no fault, and is readable at 1200 pixels', async (name) => {
  const drawing = await drawn(pictureOf(name));
  expect(faultsOf(drawing)).toEqual([]);
  expect(drawing.width).toBeLessThanOrEqual(1200);
});

describe('the judge', () => {
  const spoilt = async (change: (drawing: Drawing) => Partial<Drawing>): Promise<string[]> => {
    const drawing = await drawn(pictureOf('panther'));
    return faultsOf({ ...drawing, ...change(drawing) });
  };
  const component = ({ boxes }: Drawing): Placed => {
    const box = boxes.find(({ kind }) => kind === 'component');
    if (box === undefined) throw new Error('no component');
    return box;
  };
  const labelled = ({ ways }: Drawing): Way & Required<Pick<Way, 'label'>> => {
    const [way] = ways.flatMap(({ label, ...rest }) => (label === undefined ? [] : [{ ...rest, label }]));
    if (way === undefined) throw new Error('no label');
    return way;
  };

  test.each<[fault: string, change: (drawing: Drawing) => Partial<Drawing>]>([
    ['overlaps', (drawing) => ({ boxes: [...drawing.boxes, { ...component(drawing), id: 'second' }] })],
    ['leaves the sheet', ({ width }) => ({ width: width - 40 })],
    [
      'leaves westeurope/booking',
      (drawing) => ({
        boxes: drawing.boxes.map((box) => (box.id === 'westeurope/booking' ? { ...box, width: box.width - 60 } : box)),
      }),
    ],
    [
      'is across the border of',
      (drawing) => ({ boxes: drawing.boxes.map((box) => (box.kind === 'frame' ? { ...box, height: 100 } : box)) }),
    ],
    [
      'is on',
      (drawing) => {
        const { label, ...way } = labelled(drawing);
        const { x, y } = component(drawing);
        return { ways: [...drawing.ways, { ...way, label: { ...label, x, y } }] };
      },
    ],
    [
      'is wider than its place',
      (drawing) => {
        const { label, ...way } = labelled(drawing);
        return { ways: [...drawing.ways, { ...way, label: { ...label, text: 'a much longer label' } }] };
      },
    ],
    [
      'crosses',
      ({ ways, width, height }) => ({
        ways: ways.map((way) => ({
          ...way,
          points: [...way.points, { x: 0, y: height / 2 }, { x: width, y: height / 2 }],
        })),
      }),
    ],
    [
      'is aslant',
      ({ ways }) => ({
        ways: ways.map((way) => ({
          ...way,
          points: way.points.map(({ x, y }, index) => ({ x: x + index, y: y + index })),
        })),
      }),
    ],
    ['ends elsewhere', ({ ways }) => ({ ways: ways.map((way) => ({ ...way, points: way.points.slice(0, -1) })) })],
  ])('finds what %s', async (fault, change) => {
    expect((await spoilt(change)).join('\n')).toContain(fault);
  });
});

test('the same bytes on every run', async () => {
  const [one, other] = [await drawn(pictureOf('panther')), await drawn(pictureOf('panther'))];
  expect(svgOf(one)).toBe(svgOf(other));
});

test('text is text, escaped, with a title and a description', async () => {
  const picture = pictureOf('pingpong');
  const svg = svgOf(await drawn({ ...picture, name: 'a <b> & \u0001c' }));
  expect(svg).toContain('role="img" aria-labelledby="title desc"');
  expect(svg).toContain('<title id="title">a &lt;b&gt; &amp; ?c</title>');
  expect(svg).toMatch(/<desc id="desc">.*pingpong\.example\.com to Ingress web\..*Ingress web to web\..*<\/desc>/);
  expect(svg).toMatch(/<text [^>]*>Deployment, 3 pods<\/text>/);
  expect(svg).toContain('@media (prefers-color-scheme: dark)');
});
