// What visits promises, at Panther Clinic's scale divided by 20: as eager users, pods of fewer slots instead of fewer pods.
const SCALE = 20;
/** Panther Clinic's. */
const USERS = 30_000;

export const LOAD = {
  users: { peak: USERS / SCALE, offPeak: USERS / SCALE },
  thinkSeconds: 10,
  service: { meanSeconds: 0.035 },
  concurrencyPerPod: 3,
  cpuSecondsPerRequest: 0.003,
  latency: { quantile: 0.98, seconds: 0.2 },
  growthPerSecond: 0,
  margin: 1,
  alwaysAtPeak: true,
  nodeSeconds: 0,
} as const;
