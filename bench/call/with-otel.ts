import { createLiveData, serviceAccount } from "@livedata/sdk";
import { otel } from "@livedata/sdk/otel";
import { metrics } from "@opentelemetry/api";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import type { Clients } from "./client.js";

/** Exports nothing. */
const exporter = {
  export: (_batch: unknown, done: (result: { code: number }) => void) => done({ code: 0 }),
  forceFlush: async () => {},
  shutdown: async () => {},
};

/** In a file of its own, so that the other clients load nothing of OpenTelemetry. */
export const clients: Clients = {
  "named methods with otel": ({ origin, orgId, body }) => {
    new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] }).register();
    metrics.setGlobalMeterProvider(new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter })] }));
    const auth = serviceAccount({ clientId: "id", clientSecret: "secret" });
    const { people } = createLiveData({ orgId, auth, baseUrl: origin, plugins: [otel()] });
    return () => people.search(body);
  },
};
