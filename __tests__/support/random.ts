// Random numbers that a seed decides, so that whatever a test found can be found again: the same as the proofs have.
export { Random, seeded } from '../../e2e/scheduling/random';
