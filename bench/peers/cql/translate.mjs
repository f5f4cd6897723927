// Translates CQL to ELM without Java.
//
//     node translate.mjs [FILE.cql]      # the definitions it found, and how long it took
//
// The ELM holds nothing that only a person would need (annotations, locators, ids of nodes): the engine would
// record a result for every node that has an id.
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

import * as cql from "@cqframework/cql/cql-to-elm";

const here = path.dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const ucum = require("@lhncbc/ucum-lhc").UcumLhcUtils.getInstance();
const fhir = path.dirname(require.resolve("cql-exec-fhir"));
const MODELS = {
  System: path.join(here, "system-modelinfo.xml"),
  FHIR: path.join(fhir, "modelInfos", "fhir-modelinfo-4.0.1.xml"),
};
// Of a retrieve by `~` with a single code, where FHIRHelpers is not included. The ELM is right all the same:
// the engine compares codes itself.
const HARMLESS = "Could not resolve membership operator for terminology target of the retrieve.";

/** Units are only validated: the CQL here converts and multiplies none. */
function units() {
  const refuse = () => {
    throw new Error("This CQL was not meant to calculate with units.");
  };
  const check = (unit) => (ucum.validateUnitString(unit).status === "valid" ? null : `${unit} is no UCUM unit`);
  return cql.createUcumService(refuse, check, refuse, refuse);
}

function modelInfo(name) {
  return MODELS[name] ? cql.stringAsSource(fs.readFileSync(MODELS[name], "utf8")) : null;
}

/** The ELM (a JSON object) of a CQL file beside this one; throws, with line and column, where there is a complaint. */
export function translate(name = "antenatal.cql") {
  const models = new cql.ModelManager();
  models.modelInfoLoader.registerModelInfoProvider(cql.createModelInfoProvider(modelInfo));
  const options = new cql.CqlCompilerOptions();
  const { DisableListDemotion, DisableListPromotion } = cql.CqlCompilerOptions.Options;
  options.setOptions([DisableListDemotion, DisableListPromotion]);
  const libraries = new cql.LibraryManager(models, options, undefined, units());
  const text = fs.readFileSync(path.resolve(here, name), "utf8");
  const elm = JSON.parse(cql.CqlTranslator.fromText(text, libraries).toJson());
  const complaints = elm.library.annotation
    .filter((note) => note.type === "CqlToElmError" && note.message !== HARMLESS)
    .map((note) => `${name}:${note.startLine}:${note.startChar}: ${note.errorSeverity}: ${note.message}`);
  if (complaints.length) {
    throw new Error(`The CQL does not translate as it stands; nothing was run.\n${complaints.join("\n")}`);
  }
  return elm;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const began = performance.now();
  const elm = translate(process.argv[2]);
  console.log(elm.library.statements.def.map((def) => def.name).join("\n"));
  console.log(`translated in ${((performance.now() - began) / 1000).toFixed(2)} s`);
}
