// The package: constructs, the model's words, and the way from a tree to files.
export { check, rules } from './checks';
export * from './constructs';
export * from './model';
export * from './parts';
export { OutputError } from './synth/output/output-error';
export { compareFiles, type WriteResult, writeFiles } from './synth/output/write';
export { type Synthesis, synthesize } from './synth/synthesize';
export { synthesizeForTest, type TestProps, type TestSynthesis } from './testing';
