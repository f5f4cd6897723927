// Runs the peer: cql-execution, one process, one patient after the other, as its own executor does.
//
//     node run.mjs BUNDLES.ndjson 2026-06-30 ANSWERS.jsonl [PLAIN.ndjson]
//
// Writes one answer per line to ANSWERS.jsonl and prints one JSON line of figures. Seconds are wall seconds,
// cpu_seconds those of all threads of this process (the steadier of the two on a busy machine). Execution is timed
// after a warm-up on the first 500 patients, and without translation, process start, reading or loading.
import fs from "node:fs";
import { createRequire } from "node:module";

import { translate } from "./translate.mjs";

const require = createRequire(import.meta.url);
const cql = require("cql-execution");
const fhir = require("cql-exec-fhir");
const WARM_UP = 500;
const OWN = "urn:doorstep:codes";
const LOINC = "http://loinc.org";
const VALUE_SETS = {
  "urn:doorstep:dating-estimates": {
    1: [
      { code: "8665-2", system: LOINC },
      { code: "11888-5", system: LOINC },
      { code: "lmp_certain", system: OWN },
      { code: "fundal_ga_weeks", system: OWN },
    ],
  },
};

/** What `work` gives, with the seconds it took: `{value, seconds, cpu_seconds}`. */
async function timed(work) {
  const [wall, cpu] = [performance.now(), process.cpuUsage()];
  const value = await work();
  const used = process.cpuUsage(cpu);
  return { value, seconds: (performance.now() - wall) / 1000, cpu_seconds: (used.user + used.system) / 1e6 };
}

/** Bundles of a file, in a patient source: what cql-exec-fhir calls loading (it wraps resources later, when asked). */
function load(file, limit = Infinity) {
  const lines = fs.readFileSync(file, "utf8").trimEnd().split("\n").slice(0, limit);
  const source = fhir.PatientSource.FHIRv401();
  source.loadBundles(lines.map((line) => JSON.parse(line)));
  return { source, patients: lines.length };
}

function executor(elm, asOf) {
  const [year, month, day] = asOf.split("-").map(Number);
  const parameters = { "As Of": new cql.Date(year, month, day) };
  return new cql.Executor(new cql.Library(elm), new cql.CodeService(VALUE_SETS), parameters);
}

/** Executes one definition over all patients, after a warm-up; figures, and the results by patient. */
async function execute(file, elm, asOf, name) {
  const engine = executor(elm, asOf);
  await engine.exec_expression(name, load(file, WARM_UP).source);
  const loading = await timed(() => load(file));
  const { source, patients } = loading.value;
  const run = await timed(() => engine.exec_expression(name, source));
  const { seconds, cpu_seconds } = run;
  return {
    results: run.value.patientResults,
    figures: {
      patients,
      seconds,
      cpu_seconds,
      per_second: patients / seconds,
      per_cpu_second: patients / cpu_seconds,
      load_seconds: loading.seconds,
      per_second_with_loading: patients / (seconds + loading.seconds),
    },
  };
}

function answerLine([subject, { Answer: a }]) {
  const next_due = a.next_due === null ? null : a.next_due.toString();
  return JSON.stringify({ subject, anc4: a.anc4, contacts: a.contacts, next_n: a.next_n, next_due });
}

const [bundles, asOf, answers, plain] = process.argv.slice(2);
const translation = await timed(() => translate("antenatal.cql"));
const elm = translation.value;
const anc4 = await execute(bundles, elm, asOf, "ANC4+");
const chain = await execute(bundles, elm, asOf, "Answer");
const control = plain ? await execute(plain, translate("plain.cql"), asOf, "ANC4+") : null;
fs.writeFileSync(answers, Object.entries(chain.results).map(answerLine).join("\n") + "\n");
console.log(
  JSON.stringify({
    node: process.version,
    cql_execution: require("cql-execution/package.json").version,
    cql_exec_fhir: require("cql-exec-fhir/package.json").version,
    translator: elm.library.annotation.find((note) => note.type === "CqlToElmInfo").translatorVersion,
    as_of: asOf,
    translation_seconds: translation.seconds,
    anc4: anc4.figures,
    chain_and_anc4: chain.figures,
    anc4_plain: control?.figures ?? null,
  }),
);
