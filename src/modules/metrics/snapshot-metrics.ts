import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { DURATION_BOUNDS_MS, type DurationCounts } from '../../common/durations/duration-histogram.js';

/** Every name begins with it, so that ours stand beside an application's own. */
const PREFIX = 'ip_risk_';

export type Labels = Readonly<Record<string, string>>;

/** One value of a metric. */
export type Sample = readonly [value: number, labels?: Labels];

/** Durations of one set of labels. */
export type DurationSample = readonly [durations: DurationCounts, labels?: Labels];

interface Described {
  /** Without the prefix. */
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
}

interface Configuration {
  name: string;
  help: string;
  labelNames: readonly string[];
  registers: Registry[];
}

interface Exported {
  readonly metricName?: string;
  readonly value: number;
  readonly labels: Labels;
}

/** Registers metrics that are read when somebody asks for them: between two scrapes they cost nothing. */
export class SnapshotMetrics {
  constructor(private readonly registry: Registry) {}

  /** @param read gives all samples there are; what it leaves out has no series, which is not 0. */
  counter(described: Described, read: () => readonly Sample[]): void {
    const configuration = this.configurationOf(described);
    readAtScrape(new Counter(configuration), { ...configuration, type: 'counter' }, () => read().map(exported));
  }

  /** @param read as for {@link counter}. */
  gauge(described: Described, read: () => readonly Sample[]): void {
    const configuration = this.configurationOf(described);
    readAtScrape(new Gauge(configuration), { ...configuration, type: 'gauge' }, () => read().map(exported));
  }

  /** @param read as for {@link counter}; milliseconds are exported as seconds. */
  histogram(described: Described, read: () => readonly DurationSample[]): void {
    const configuration = this.configurationOf(described);
    readAtScrape(new Histogram(configuration), { ...configuration, type: 'histogram' }, () =>
      read().flatMap((sample) => bucketsOf(configuration.name, ...sample)),
    );
  }

  private configurationOf({ name, help, labels = [] }: Described): Configuration {
    return { name: `${PREFIX}${name}`, help, labelNames: labels, registers: [this.registry] };
  }
}

/** Has the metric say what `read` says, in the place of what it would have counted itself. */
function readAtScrape(
  metric: object,
  { name, help, type }: Configuration & { readonly type: string },
  read: () => readonly Exported[],
): void {
  const get = async (): Promise<object> => Promise.resolve({ name, help, type, aggregator: 'sum', values: read() });
  // A histogram is asked by the second name where it is to be printed.
  Object.assign(metric, { get, getForPromString: get });
}

function exported([value, labels = {}]: Sample): Exported {
  return { value, labels };
}

function bucketsOf(name: string, { buckets, sumMs }: DurationCounts, labels: Labels = {}): Exported[] {
  const bounds = [...DURATION_BOUNDS_MS.map((ms) => String(ms / 1000)), '+Inf'];
  let count = 0;
  const values = bounds.map((le, index) => {
    count += buckets[index] ?? 0;
    return { metricName: `${name}_bucket`, value: count, labels: { ...labels, le } };
  });
  return [
    ...values,
    { metricName: `${name}_sum`, value: sumMs / 1000, labels },
    { metricName: `${name}_count`, value: count, labels },
  ];
}
