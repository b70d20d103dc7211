// Figures: what a proof measured, printed below its name.

/** Prints a line of figures. */
export type Figure = (line: string) => void;

export const secondsSince = (began: number): number => Math.round((Date.now() - began) / 1000);
