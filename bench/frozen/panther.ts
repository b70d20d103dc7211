// Panther Clinic, booking of appointments: two regions, each able to carry the peak alone.
import type { Construct } from 'constructs';
import { Database, System, type Target, WebService } from 'evenkeel';

export interface PantherSettings {
  /** Host name that patients type. Each cluster also serves its own, `<cluster>.<host>`. */
  readonly host: string;
  /** Host name of the database's writer: the same for all regions. */
  readonly database: string;
  /** People who book at the same time. */
  readonly users: { readonly peak: number; readonly offPeak: number };
  /** Fastest growth of their number, as a share of it a second. */
  readonly growthPerSecond: number;
}

/** Mean time between an answer and the next click, in seconds. */
export const THINK_SECONDS = 10;
/** The promise: 98 % within 200 ms. */
export const LATENCY = { quantile: 0.98, seconds: 0.2 };

/** The settings of an environment, which differ in name and number of users only. */
export const panther = (
  name: '' | 'dev',
  users: PantherSettings['users'],
  growthPerSecond: number,
): PantherSettings => ({
  host: `booking.${name === '' ? '' : `${name}.`}panther-clinic.example`,
  database: `panther${name === '' ? '' : `-${name}`}.postgres.database.azure.com`,
  users,
  growthPerSecond,
});

export class Panther extends System<PantherSettings> {
  constructor(scope: Construct, target: Target<PantherSettings>) {
    super(scope, 'panther', target);
    const { host, database: writer, users, growthPerSecond } = this.settings;

    const database = new Database(this, 'database', {
      host: writer,
      port: 5432,
      tls: true,
      credentials: { secret: 'database', keys: ['username', 'password'] },
      limits: { maxConnections: 2500, superuserReserved: 15, migrations: 5, monitoring: 10 },
    });

    const booking = new WebService(this, 'booking', {
      port: 8080,
      resources: { memory: '1Gi' }, // the CPU follows from the load
      size: {
        load: {
          users,
          thinkSeconds: THINK_SECONDS,
          service: { meanSeconds: 0.04 },
          concurrencyPerPod: 8,
          cpuSecondsPerRequest: 0.01,
          latency: LATENCY,
          growthPerSecond,
          nodeSeconds: 180,
          margin: 1.25,
        },
      },
      probes: {
        bootSeconds: 25,
        startup: { path: '/health/startup' },
        readiness: { path: '/health/ready' },
        liveness: { path: '/health/live' },
      },
      availability: { longestRequestSeconds: 10, releaseEverySeconds: 120 },
    });
    booking.connectTo(database, { poolSize: 8 });
    booking.exposeAt(`${target.cluster.name}.${host}`, { common: [host] });
  }
}
