// How is the process doing, in the text format that Prometheus reads?

type Labels = Record<string, string>;

/** Upper bounds in seconds; the last one is everything. */
const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, Infinity];

export interface Metrics {
  /** Counts an answered request. The endpoint is the contract's name, never an address with ids in it. */
  answered(endpoint: string, method: string, status: number, seconds: number): void;
  /** The whole exposition; `more` are gauges asked for at this moment. */
  text(more?: readonly Gauge[]): string;
}

export interface Gauge {
  name: string;
  says: string;
  values: { labels?: Labels; value: number }[];
}

interface Counter {
  name: string;
  says: string;
  values: Map<string, { labels: Labels; value: number }>;
}
const counters: Counter[] = [];

/** A count that a room keeps of this process, for as long as it runs. Labels are words of the code, never of a patient or a person. */
export function counter(name: `${string}_total`, says: string): { add(n: number, labels?: Labels): void } {
  const one: Counter = { name, says, values: new Map() };
  counters.push(one);
  return {
    add: (n, labels = {}) => {
      const found = one.values.get(labelled(labels));
      if (found) found.value += n;
      else one.values.set(labelled(labels), { labels, value: n });
    },
  };
}

export function openMetrics(): Metrics {
  const counts = new Map<string, number>();
  const durations = new Map<string, { sum: number; buckets: number[] }>();
  const began = performance.now();
  return {
    answered: (endpoint, method, status, seconds) => {
      const counted = labelled({ endpoint, method, status: String(status) });
      counts.set(counted, (counts.get(counted) ?? 0) + 1);
      const timed = labelled({ endpoint });
      const one = durations.get(timed) ?? { sum: 0, buckets: bounds.map(() => 0) };
      one.sum += seconds;
      bounds.forEach((bound, at) => {
        if (seconds <= bound) one.buckets[at]! += 1;
      });
      durations.set(timed, one);
    },
    text: (more = []) => {
      const gauges: Gauge[] = [
        { name: 'process_resident_memory_bytes', says: 'Resident memory.', values: [{ value: process.memoryUsage.rss() }] },
        { name: 'process_cpu_seconds_total', says: 'CPU time, user and system.', values: [{ value: (process.cpuUsage().user + process.cpuUsage().system) / 1e6 }] },
        { name: 'attending_uptime_seconds', says: 'How long this process has run.', values: [{ value: (performance.now() - began) / 1000 }] },
        ...counters.map(({ name, says, values }) => ({ name, says, values: [...values.values()] })),
        ...more,
      ];
      return [
        '# HELP attending_http_requests_total Requests answered.',
        '# TYPE attending_http_requests_total counter',
        ...[...counts].map(([labels, n]) => `attending_http_requests_total${labels} ${n}`),
        '# HELP attending_http_request_seconds Time to answer.',
        '# TYPE attending_http_request_seconds histogram',
        ...[...durations].flatMap(([labels, { sum, buckets }]) => histogram('attending_http_request_seconds', labels, sum, buckets)),
        ...gauges.flatMap(({ name, says, values }) => [
          `# HELP ${name} ${says}`,
          `# TYPE ${name} ${name.endsWith('_total') ? 'counter' : 'gauge'}`,
          ...values.map(({ labels = {}, value }) => `${name}${labelled(labels)} ${value}`),
        ]),
        '',
      ].join('\n');
    },
  };
}

function histogram(name: string, labels: string, sum: number, buckets: readonly number[]): string[] {
  const inside = labels.slice(1, -1);
  return [
    ...bounds.map((bound, at) => `${name}_bucket{${inside},le="${bound === Infinity ? '+Inf' : bound}"} ${buckets[at]}`),
    `${name}_sum${labels} ${sum}`,
    `${name}_count${labels} ${buckets.at(-1)}`,
  ];
}

const labelled = (labels: Labels): string => {
  const inside = Object.entries(labels).map(([name, value]) => `${name}="${value.replace(/[\\"\n]/g, (sign) => (sign === '\n' ? '\\n' : `\\${sign}`))}"`);
  return inside.length > 0 ? `{${inside.join(',')}}` : '';
};
