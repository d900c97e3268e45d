import type { LiveDataObserver } from "@livedata/sdk";
import { Counter, Histogram, type Registry } from "prom-client";

/** Makes Prometheus metrics of the SDK's events. No label names a person: a series would be kept for each of them. */
export function liveDataMetrics(registry: Registry): LiveDataObserver {
  const registers = [registry];
  const duration = new Histogram({
    name: "livedata_call_duration_seconds",
    help: "Duration of calls, with retries and waits.",
    labelNames: ["name", "outcome"],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers,
  });
  const credits = new Counter({
    name: "livedata_credits_used_total",
    help: "Credits that calls were charged.",
    labelNames: ["name"],
    registers,
  });
  const retries = new Counter({
    name: "livedata_retries_total",
    help: "Retries after transient failures.",
    labelNames: ["operation", "reason"],
    registers,
  });
  const exchanges = new Counter({
    name: "livedata_token_exchanges_total",
    help: "Session exchanges, each of which fetches an access token.",
    labelNames: ["outcome"],
    registers,
  });

  return (event) => {
    switch (event.type) {
      case "call_finished": {
        const name = event.name ?? `${event.service}.unknown`;
        duration.observe({ name, outcome: event.code ?? "success" }, event.duration / 1_000);
        credits.inc({ name }, event.credits.used ?? 0);
        break;
      }
      case "call_retried":
        retries.inc({ operation: event.operation, reason: event.reason });
        break;
      case "exchange_succeeded":
        exchanges.inc({ outcome: "success" });
        break;
      case "exchange_failed":
        exchanges.inc({ outcome: "failure" });
        break;
    }
  };
}
