import { resolve } from "node:path";
import { checkPackage } from "./package-checks.js";
import { checkPrograms } from "./programs.js";
import { printReport, type Report } from "./report.js";
import { packTarball, prepareScratch } from "./scratch.js";
import { checkTypes } from "./type-matrix.js";

/**
 * Installs the package as a consumer does, and checks it with compilers, frameworks, attw and publint.
 *
 *     npx tsx test/consumers/run.ts [livedata-sdk-0.1.0.tgz]
 *
 * Without a tarball, it packs the working tree.
 */
const [given] = process.argv.slice(2);
const started = performance.now();
const tarball = given === undefined ? await packTarball() : resolve(given);
const scratch = await prepareScratch(tarball);
console.log(`Installed ${tarball} in ${scratch}, without install scripts (${secondsSince(started)} s)`);

const reports: Report[] = [];
for (const check of [checkPackage, checkTypes, checkPrograms]) {
  const checkStarted = performance.now();
  const report = await check(scratch, tarball);
  printReport({ ...report, title: `${report.title} (${secondsSince(checkStarted)} s)` });
  reports.push(report);
}

const failed = reports.reduce((sum, { failures }) => sum + failures.length, 0);
const passed = reports.reduce((sum, { checks }) => sum + checks, 0) - failed;
console.log(`\n${secondsSince(started)} s, including installing\n${passed} passed, ${failed} failed`);
if (failed > 0) process.exitCode = 1;

function secondsSince(start: number): string {
  return ((performance.now() - start) / 1000).toFixed(1);
}
