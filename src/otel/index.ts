import {
  type Attributes,
  context,
  type MeterProvider,
  metrics,
  type Span,
  SpanStatusCode,
  type TracerProvider,
  trace,
} from "@opentelemetry/api";
import type { SessionError } from "../errors/classes.js";
import type { AuthEvent, CallDescription, CallFinished, LiveDataEvent } from "../events.js";
import { VERSION } from "../generated/version.js";
import type { Plugin } from "../telemetry.js";

/** Options of {@link otel}. */
export interface OtelOptions {
  /**
   * Makes the spans.
   * @default the global provider, even if it is registered later
   */
  readonly tracerProvider?: TracerProvider | undefined;
  /**
   * Makes the metrics.
   * @default the global provider, even if it is registered later
   */
  readonly meterProvider?: MeterProvider | undefined;
}

const SCOPE = "@livedata/sdk";

/** Methods known to the HTTP conventions. */
const METHODS = /^(CONNECT|DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT|TRACE) /;

/** Bucket boundaries that the HTTP conventions advise for durations, in s. */
const DURATIONS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
/** Bucket boundaries of holds, which may last minutes, in s. */
const HOLDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];
const ATTEMPTS = [0, 1, 2, 3, 4, 5, 8];

/**
 * Traces and measures calls with OpenTelemetry. Each call is a span of kind INTERNAL, such as `livedata people.search`. Its
 * HTTP requests are spans of your platform's instrumentation, such as `@opentelemetry/instrumentation-undici`.
 *
 * Needs the package `@opentelemetry/api`, and an OpenTelemetry SDK. Spans are nested only if that registers a context
 * manager. No span or metric of this plugin has a secret, a token, a URL, a message, or any part of a body.
 *
 * @returns a plugin, which several clients may share
 * @throws TypeError if an option is not a provider, or one was passed in place of the options
 * @see https://opentelemetry.io/docs/specs/semconv/http/
 * @example
 * const livedata = createLiveData({ plugins: [otel()] });
 */
export function otel(options?: OtelOptions): Plugin {
  const { tracerProvider, meterProvider } = options ?? {};
  const isKnown = Object.keys(options ?? {}).every((name) => name === "tracerProvider" || name === "meterProvider");
  const hasProviders =
    (!tracerProvider || typeof tracerProvider.getTracer === "function") &&
    (!meterProvider || typeof meterProvider.getMeter === "function");
  if (!isKnown || !hasProviders) {
    throw new TypeError("`otel` takes `{ tracerProvider, meterProvider }`, which are providers of OpenTelemetry");
  }
  const tracerOf = latest((provider: TracerProvider) => provider.getTracer(SCOPE, VERSION));
  const instrumentsOf = latest(createInstruments);
  const serverOf = latest(serverAttributes);
  const spans = new Map<number, Span>();

  return {
    around(call, next) {
      const tracer = tracerOf(tracerProvider ?? trace.getTracerProvider());
      const attributes = { ...operationAttributes(call), ...serverOf(call.origin), ...callAttributes(call) };
      const span = tracer.startSpan(`livedata ${operationName(call)}`, { attributes });
      spans.set(call.callId, span);
      return context.with(trace.setSpan(context.active(), span), next);
    },
    observe(event) {
      if (event.type === "exchange_succeeded" || event.type === "exchange_failed") {
        recordExchange(instrumentsOf(meterProvider ?? metrics.getMeterProvider()), event);
        return;
      }
      const span = "callId" in event && event.callId !== undefined ? spans.get(event.callId) : undefined;
      if (event.type !== "call_finished") {
        if (span) addEvent(span, event);
        return;
      }
      spans.delete(event.callId);
      try {
        const attributes = { ...operationAttributes(event), ...serverOf(event.origin) };
        recordCall(instrumentsOf(meterProvider ?? metrics.getMeterProvider()), event, attributes);
      } finally {
        if (span) endSpan(span, event);
      }
    },
  };
}

/** Keeps the result for the latest argument: a provider that is registered late replaces the one before. */
function latest<In, Out>(make: (from: In) => Out): (from: In) => Out {
  let known: { readonly from: In; readonly made: Out } | undefined;
  return (from) => {
    if (!known || known.from !== from) known = { from, made: make(from) };
    return known.made;
  };
}

/** Attributes of spans and metrics. */
function operationAttributes(call: CallDescription): Attributes {
  return { "livedata.service": call.service, "livedata.operation": operationName(call) };
}

/** The named method, such as `people.search`; `people GET *` for an operation that is not in the OpenAPI document. */
function operationName({ service, operation, name }: CallDescription): string {
  return name ?? `${service} ${knownMethod(operation) ?? "HTTP"} *`;
}

/** A caller may pass anything as the method. */
function knownMethod(operation: string): string | undefined {
  return METHODS.exec(operation)?.[1];
}

/** Attributes of a call's span that are known when it starts, and that a sampler may use. */
function callAttributes({ callId, parentId, operation, name }: CallDescription): Attributes {
  return defined({
    "http.request.method": knownMethod(operation) ?? "_OTHER",
    "url.template": name && operation.slice(operation.indexOf(" ") + 1),
    "livedata.call_id": callId,
    "livedata.parent_call_id": parentId,
  });
}

function serverAttributes(origin: string | undefined): Attributes {
  // "null" for a scheme that has no origin.
  if (!origin?.startsWith("http")) return {};
  const { hostname, port, protocol } = new URL(origin);
  return { "server.address": hostname, "server.port": Number(port) || (protocol === "http:" ? 80 : 443) };
}

function addEvent(span: Span, event: LiveDataEvent): void {
  if (event.type === "call_retried") {
    span.addEvent("livedata.retried", { "livedata.delay": event.delay / 1000, "error.type": String(event.reason) });
  } else if (event.type === "call_held") {
    span.addEvent("livedata.held", { "livedata.delay": event.delay / 1000 });
  } else if (event.type === "request_resent") {
    span.addEvent("livedata.resent");
  }
}

function endSpan(span: Span, { status, code, attempts, waited, credits, requestId }: CallFinished): void {
  const attributes = {
    "http.response.status_code": status,
    "http.request.resend_count": attempts > 1 ? attempts - 1 : undefined,
    "error.type": code,
    "livedata.attempts": attempts,
    "livedata.credits.used": credits.used,
    "livedata.credits.remaining": credits.remaining,
    "livedata.credits.cost": credits.cost,
    "livedata.wait.token": waited.token / 1000 || undefined,
    "livedata.wait.hold": waited.hold / 1000 || undefined,
    "livedata.wait.pace": waited.pace / 1000 || undefined,
    "livedata.wait.retry": waited.retry / 1000 || undefined,
    "livedata.request_id": requestId,
  };
  span.setAttributes(defined(attributes));
  if (code !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

type Instruments = ReturnType<typeof createInstruments>;

function createInstruments(provider: MeterProvider) {
  const meter = provider.getMeter(SCOPE, VERSION);
  const histogram = (name: string, unit: string, explicitBucketBoundaries: number[], description: string) =>
    meter.createHistogram(`livedata.client.${name}`, { unit, description, advice: { explicitBucketBoundaries } });
  const counter = (name: string, unit: string, description: string) =>
    meter.createCounter(`livedata.client.${name}`, { unit, description });
  return {
    duration: histogram("operation.duration", "s", DURATIONS, "Duration of calls, with their waits and retries"),
    attempts: histogram("operation.attempts", "{attempt}", ATTEMPTS, "Requests that a call sent"),
    held: histogram("operation.hold.duration", "s", HOLDS, "How long a call waited for the rate limit, if it did"),
    credits: counter("credits.used", "{credit}", "Credits that calls were charged"),
    exchanges: counter("token.exchanges", "{exchange}", "Session exchanges, with those that failed"),
  };
}

function recordCall(
  { duration, attempts, held, credits }: Instruments,
  call: CallFinished,
  operation: Attributes,
): void {
  const outcome = defined({ "http.response.status_code": call.status, "error.type": call.code });
  duration.record(call.duration / 1000, { ...operation, ...outcome });
  attempts.record(call.attempts, { ...operation, ...outcome });
  if (call.waited.hold > 0) held.record(call.waited.hold / 1000, operation);
  if (call.credits.used !== undefined) credits.add(call.credits.used, operation);
}

function recordExchange(
  { exchanges }: Instruments,
  event: Extract<AuthEvent, { readonly type: "exchange_failed" | "exchange_succeeded" }>,
): void {
  // The SDK reports no errors here but its own.
  const { reason, code }: Partial<SessionError> = event.type === "exchange_failed" ? (event.error as SessionError) : {};
  exchanges.add(1, defined({ "livedata.background": event.background, "error.type": reason ?? code }));
}

/** Leaves out what is undefined. */
function defined(attributes: Attributes): Attributes {
  const result: Attributes = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) result[name] = value;
  }
  return result;
}
