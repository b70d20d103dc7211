// The load test of Panther Clinic: as many users as at peak, on one region. Row P3: docs/systems/panther.md.
import type { Construct } from 'constructs';
import { LoadTest, System, type Target } from 'evenkeel';
import { LATENCY, THINK_SECONDS } from './panther';

export interface PantherLoadSettings {
  /** Host name under test. */
  readonly host: string;
  /** People who book at the same time. */
  readonly users: number;
}

export class PantherLoad extends System<PantherLoadSettings> {
  constructor(scope: Construct, target: Target<PantherLoadSettings>) {
    super(scope, 'panther-load', target);
    new LoadTest(this, 'load', {
      image: this.image('locust'),
      ...this.settings,
      path: '/',
      thinkSeconds: THINK_SECONDS,
      usersPerSecond: 100,
      seconds: 900,
      requestsPerSecondPerWorker: 1000,
      latency: LATENCY,
      memoryPerWorker: '2Gi',
      results: '1Gi',
    });
  }
}
