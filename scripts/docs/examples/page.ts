import { FRAME } from "./frame.js";
import type { Message, SentRequest } from "./messages.js";

/** Runs the examples of a page. Without this script they are code to read. */

/** How long an example may run, in ms. */
const LIMIT = 10_000;

/** The text of the worker, which a second script sets: a page that was opened from a disk can fetch nothing. */
declare global {
  var livedataExamplesWorker: string | undefined;
}

const here = document.currentScript instanceof HTMLScriptElement ? document.currentScript.src : "";
let loading: Promise<string> | undefined;

function loadWorker(): Promise<string> {
  loading ??= new Promise<string>((resolve, reject) => {
    const script = document.createElement("script");
    script.src = new URL("examples-worker.js", here).href;
    script.onload = () => resolve(globalThis.livedataExamplesWorker ?? "");
    script.onerror = () => {
      loading = undefined;
      reject(new Error("The SDK for this page did not load. Try again."));
    };
    document.head.append(script);
  });
  return loading;
}

/** Starts code in a frame of its own, and calls `receive` with what happens there until `end` is called. */
function start(worker: string, code: string, receive: (message: Message) => void): { end(): void } {
  const frame = document.createElement("iframe");
  frame.sandbox.add("allow-scripts");
  frame.srcdoc = FRAME;
  frame.hidden = true;
  frame.title = "Runs an example";
  const { port1: port, port2 } = new MessageChannel();
  port.onmessage = ({ data }: MessageEvent<Message>) => receive(data);
  frame.onload = () => frame.contentWindow?.postMessage({ worker, code }, "*", [port2]);
  document.body.append(frame);
  return {
    end() {
      port.close();
      frame.remove();
    },
  };
}

function create<Name extends keyof HTMLElementTagNameMap>(name: Name, className: string, text: string) {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = text;
  return element;
}

function equip(example: HTMLElement): void {
  const part = <Kind extends HTMLElement>(name: string, kind: new () => Kind): Kind => {
    const found = example.querySelector(`.example-${name}`);
    if (!(found instanceof kind)) throw new Error(`An example has no ${name}`);
    return found;
  };
  const code = part("code", HTMLElement);
  const source = part("source", HTMLTextAreaElement);
  const run = part("run", HTMLButtonElement);
  const stop = part("stop", HTMLButtonElement);
  const edit = part("edit", HTMLButtonElement);
  const state = part("state", HTMLElement);
  const result = part("result", HTMLElement);
  const output = part("output", HTMLElement);
  const requests = part("requests", HTMLElement);
  const table = part("requests table", HTMLTableElement);
  const caption = table.createCaption();
  const rows = table.tBodies[0] ?? table.createTBody();

  let end = () => {};
  let attempt = 0;
  let charged = 0;

  function print(level: string, text: string): void {
    const line = create("div", `example-line example-${level}`, text);
    // Not by colour alone.
    if (level === "error" || level === "warn") line.prepend(create("span", "example-level", `${level}: `));
    output.append(line);
  }

  function list({ method, path, status, refusal, used, cost }: SentRequest): void {
    const row = rows.insertRow();
    const credits = cost === undefined ? (used ?? "–") : `would be ${cost}`;
    row.insertCell().textContent = method;
    // A long path breaks before a slash.
    const parts = path.split(/(?=\/)/).flatMap((part) => [part, document.createElement("wbr")]);
    row.insertCell().append(...parts, ...(refusal === undefined ? [] : [create("div", "example-refusal", refusal)]));
    for (const text of [String(status ?? "none"), credits]) row.insertCell().textContent = text;
    charged += Number(used ?? 0);
    caption.textContent = `Requests to the fake: ${rows.rows.length}. Credits used: ${charged}.`;
    requests.hidden = false;
  }

  function finish(text: string): void {
    state.textContent = text;
    // Before the button is gone, so that a keyboard does not start at the top of the page.
    if (document.activeElement === stop) run.focus();
    stop.hidden = true;
  }

  async function begin(): Promise<void> {
    end();
    const mine = ++attempt;
    let hasFailed = false;
    output.replaceChildren();
    rows.replaceChildren();
    charged = 0;
    requests.hidden = true;
    result.hidden = false;
    stop.hidden = false;
    state.textContent = "Running…";
    try {
      const worker = await loadWorker();
      if (mine !== attempt) return;
      const { end: endWorker } = start(worker, source.value, (message) => {
        if (message.type === "printed") print(message.level, message.text);
        else if (message.type === "request") list(message);
        else if (message.type === "thrown") {
          hasFailed = true;
          // A timer may throw after the end.
          if (stop.hidden) state.textContent = "Failed";
          print("thrown", message.text);
        } else {
          if (output.childElementCount === 0) output.append(create("div", "example-nothing", "Nothing was printed."));
          finish(hasFailed ? "Failed" : `Finished in ${Math.ceil(message.duration)} ms`);
        }
      });
      const timer = setTimeout(() => halt(`Stopped after ${LIMIT / 1_000} s`), LIMIT);
      end = () => {
        clearTimeout(timer);
        endWorker();
      };
    } catch (error) {
      if (mine !== attempt) return;
      print("thrown", String(error));
      finish("Failed");
    }
  }

  /** Ends the worker, also that of an example whose code is done but whose timers run. */
  function halt(text: string): void {
    attempt++;
    end();
    if (!stop.hidden) finish(text);
  }

  function toggleEditing(): void {
    const isEditing = source.hidden;
    if (!isEditing) source.value = source.defaultValue;
    source.hidden = !isEditing;
    code.hidden = isEditing;
    edit.textContent = isEditing ? "Undo edits" : "Edit";
    if (isEditing) source.focus();
  }

  run.addEventListener("click", () => void begin());
  stop.addEventListener("click", () => halt("Stopped"));
  edit.addEventListener("click", toggleEditing);
  source.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    void begin();
  });
  part("bar", HTMLElement).hidden = false;
}

for (const example of document.querySelectorAll<HTMLElement>(".example")) equip(example);
