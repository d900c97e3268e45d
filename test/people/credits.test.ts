import { expect, test } from "vitest";
import { credits } from "../../src/calls/metadata.js";

function creditsOf(headers: Record<string, string>) {
  return credits(new Response(null, { headers }));
}

test.each<[string, Record<string, string>, ReturnType<typeof credits>]>([
  [
    "a call",
    { "x-ldt-credits-used": "3", "x-ldt-credits-remaining": "97" },
    { used: 3, remaining: 97, cost: undefined },
  ],
  ["a call without a cap", { "X-LDT-Credits-Used": "0" }, { used: 0, remaining: undefined, cost: undefined }],
  ["a preview", { "X-LDT-Credits-Cost": "12" }, { used: undefined, remaining: undefined, cost: 12 }],
  ["a response without credits", {}, { used: undefined, remaining: undefined, cost: undefined }],
])("credits reads the headers of %s", (_name, headers, expected) => {
  expect(creditsOf(headers)).toEqual(expected);
});

test.each(["", "many", "1.5", "1e3", "0x10", "1 2"])(
  "credits returns undefined, not 0, for the header value %j",
  (used) => {
    expect(creditsOf({ "X-LDT-Credits-Used": used }).used).toBeUndefined();
  },
);
