// Drawings: nothing overlaps, nothing is clipped, and no arrow crosses what it does not mean, whatever the system.
import { pictureOfCluster } from '../../../lib/analysis/picture/cluster-picture';
import { pictureOfSystem } from '../../../lib/analysis/picture/system-picture';
import { faultsOf } from '../../support/picture-judge';
import { drawn, randomWorld } from '../../support/pictures';
import { Random } from '../../support/random';
import { cases } from '../../support/requirements';

describe('random systems have no fault', () => {
  const sizes = [1, 2, 5, 20, 35, 50];
  const seeds = Array.from({ length: cases(6, 60) }, (_, seed) => seed);
  test.each(seeds)(
    'seed %d',
    async (seed) => {
      const random = new Random(seed);
      const count = sizes[seed % sizes.length] ?? 1;
      const { entries, placements: places } = randomWorld(random, count, count > 5 ? 1 : 1 + (seed % 3));
      const pictures = [
        pictureOfSystem(entries, places, 'shop'),
        ...places.map(({ cluster }) => pictureOfCluster(entries, places, cluster.name)),
      ];
      for (const picture of pictures) {
        if (picture === undefined) throw new Error('nothing to draw');
        const drawing = await drawn(picture);
        expect(drawing.boxes.filter(({ kind }) => kind === 'component').length).toBeGreaterThan(0);
        expect(faultsOf(drawing)).toEqual([]);
      }
    },
    300_000,
  );
});
