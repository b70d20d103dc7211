// The library that lays out pictures. No other command loads it, and a project need not have it.

import { type Finding, findingOf } from '../../model/finding/finding';
import type { Layout } from '../../report/picture/layout';

/** The layout library, or why it is missing. */
export async function loadLayout(): Promise<Layout | Finding> {
  try {
    const { default: library } = await import('elkjs/lib/elk.bundled.js');
    const elk = new library.default();
    return (graph) => elk.layout(graph);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'MODULE_NOT_FOUND' && code !== 'ERR_MODULE_NOT_FOUND') throw error;
    return findingOf('picture-layout', {
      message: 'the layout library elkjs is not installed',
      expected: 'npm install --save-dev elkjs@0.12, or --format mermaid, which needs no library',
    });
  }
}
