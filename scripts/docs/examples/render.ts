import { escapeHtml } from "../page.js";
import { isCalled, toJavaScript } from "./javascript.js";

export { runnable } from "./javascript.js";

/**
 * Returns the HTML of an example that can run. Its buttons are hidden until `assets/examples.js` shows them.
 *
 * @param code the example, in TypeScript
 * @param highlighted the same as HTML
 */
export function renderExample(code: string, highlighted: string): string {
  const source = toJavaScript(code);
  const rows = source.trimEnd().split("\n").length;
  return `<div class="example">
<div class="example-code">${highlighted}</div>
<textarea class="example-source" aria-label="This example as JavaScript. Control and Enter run it." rows="${rows}" wrap="off" spellcheck="false" autocapitalize="off" autocomplete="off" hidden>
${escapeHtml(source)}</textarea>
<div class="example-bar" hidden>
<button type="button" class="example-run">Run</button>
<button type="button" class="example-stop" hidden>Stop</button>
<button type="button" class="example-edit">Edit</button>
<span class="example-state" role="status">${isCalled(code) ? "Run adds lines that call it. Edit shows them." : ""}</span>
</div>
<div class="example-result" hidden>
<div class="example-output" role="log" aria-label="Output" tabindex="0"></div>
<div class="example-requests" hidden>
<table>
<caption></caption>
<thead><tr><th scope="col">Method</th><th scope="col">Path</th><th scope="col">Status</th><th scope="col">Credits</th></tr></thead>
<tbody></tbody>
</table>
</div>
</div>
</div>
`;
}
