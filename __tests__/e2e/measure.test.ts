// What is made of Locust's figures: tails to the millisecond, as users and as pods saw them.
import { summarize } from '../../e2e/measure/locust';

const WRITTEN = {
  requests: 100,
  failures: 0,
  errors: {},
  seconds: 4,
  p98: 204,
  responseMilliseconds: { '40': 97, '200': 1, '204': 2 },
  waitMilliseconds: [0, 150, 0, 10],
  serviceMilliseconds: [40, 51, 199, 190],
  lagMilliseconds: [0, 1, 2, 30],
};

test('a tail begins after its limit: 200 ms is within 200 ms, 204 ms is not', () => {
  const report = summarize(WRITTEN);
  expect(report.tail(200)).toBe(0.02);
  expect(report.tail(199)).toBe(0.03);
  expect(report.p98).toBe(204);
});

test('in the pods: each wait with its own service', () => {
  expect(summarize(WRITTEN).tailInPods(200)).toBe(0.25);
  expect(summarize(WRITTEN).meanService).toBe(120);
});

test('rate, and how late the generator was', () => {
  expect(summarize(WRITTEN).requestsPerSecond).toBe(25);
  expect(summarize(WRITTEN).lagP98).toBe(30);
});

test('without an answer there are no figures', () => {
  const unanswered = { ...WRITTEN, requests: 0, errors: { refused: 3 }, waitMilliseconds: [], serviceMilliseconds: [] };
  expect(() => summarize(unanswered)).toThrow('no request was answered: {"refused":3}');
});
