// `evenkeel compare environments`: the shipped systems' environments differ only in what an environment decides.
import { app } from '../../../main';
import { cli } from '../../support/cli';

describe('the shipped systems', () => {
  test('differ in what an environment decides', async () => {
    const { code, out, err } = await cli(['compare', 'environments'], () => ({ app }));
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(
      'toytrex/production and toytrex/local, both on eks, Kubernetes 1.36, 2 zones, surviving 1 of them\n',
    );
    expect(out).toContain('pingpong/production and pingpong/local, both on eks');
    const aspects = out.match(/^(?:name|size|hosts|images|secrets|groups|content|NOTHING)\b/gm);
    expect(aspects).toEqual(expect.arrayContaining(['content', 'groups', 'hosts', 'images', 'name', 'size']));
    expect(aspects).not.toContain('NOTHING');
    expect(out).toMatch(/^size +\/data\/THROTTLE_BURST +200 +20 +ConfigMap web-config-/m);
  });
});
