// What the tests of the shipped systems' pipelines share: Panther Clinic's file, and the order of texts in it.

export const PANTHER = 'azure-pipelines-panther.yml';

/** Whether all of these are in the text, one after the other. */
export function inOrder(text: string, ...parts: readonly string[]): boolean {
  let from = 0;
  return parts.every((part) => {
    const at = text.indexOf(part, from);
    from = at + part.length;
    return at >= 0;
  });
}

/** A value that a template takes from a parameter. */
export const parameter = (name: string): string => `\${{ parameters.${name} }}`;
