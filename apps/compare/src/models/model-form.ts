import type { Dtype } from "@decodekit/core/toolkit";
import type { ChosenModel, RunDocument } from "../document/run-document.ts";
import { texts } from "../texts/texts.ts";
import { defaultSettings, LOCAL, type Settings } from "../url/settings.ts";
import { isHub } from "../url/share-link.ts";
import type { Device } from "./device.ts";
import type { LocalGraph } from "./local-files.ts";
import { readModelAddress } from "./model-address.ts";
import { namedModel } from "./named-model.ts";
import { advisedDtype, popularModel } from "./popular-models.ts";

/** What the fields of the model dialog say. */
export interface ModelForm {
  readonly place: keyof typeof texts.models.dialog.places;
  /** The choice among popular models: the name of an embedded model, or a repository. */
  readonly popular: string;
  /** Data type of a popular model; undefined for the advised one. */
  readonly popularDtype: Dtype | undefined;
  readonly address: string;
  readonly dtype: Settings["dtype"];
  /** "" for the usual hub. */
  readonly hub: string;
  readonly draft: string;
  readonly local: LocalChoice | undefined;
}

/** Local model files, and the one of them that is to be opened; undefined leaves the choice to the loader. */
export interface LocalChoice {
  readonly graphs: readonly LocalGraph[];
  readonly graph: LocalGraph | undefined;
}

/** Which field a problem belongs to. */
export interface FormProblem {
  readonly field: "address" | "draft" | "hub" | "files";
  readonly problem: string;
}

const t = texts.models.problems;

/** Returns the fields that show the model of a document. */
export function formOf({ settings }: Pick<RunDocument, "settings">): ModelForm {
  const { model, dtype, hub, draftModel } = settings;
  const named = namedModel(model);
  const popular = named.kind === "hub" && !model.includes("@") ? popularModel(named.address.repository) : undefined;
  const isPopular = named.kind === "embedded" || popular !== undefined;
  return {
    place: isPopular ? "popular" : named.kind === "files" ? "device" : "hub",
    popular: isPopular ? model : defaultSettings.model,
    popularDtype: popular && dtype !== "auto" ? dtype : undefined,
    address: isPopular || model.startsWith(LOCAL) ? "" : model,
    dtype: isPopular ? defaultSettings.dtype : dtype,
    hub: hub === defaultSettings.hub ? "" : hub,
    draft: draftModel,
    local: undefined,
  };
}

/** Returns the choice that is offered first for local model files: the loader's if it knows the names of some, else the first file. */
export function localChoice(graphs: readonly LocalGraph[]): LocalChoice {
  const isOneModel = graphs.every(({ model }) => model.name === graphs[0]!.model.name);
  return { graphs, graph: isOneModel && graphs.some(({ dtype }) => dtype !== undefined) ? undefined : graphs[0] };
}

/** Returns the model that the fields name, or what is wrong with one of them. */
export function choiceOf(form: ModelForm, device: Device): ChosenModel | FormProblem {
  const hub = form.hub.trim() === "" ? defaultSettings.hub : form.hub.trim().replace(/\/+$/, "");
  if (!isHub(hub)) return { field: "hub", problem: t.wrongHub };
  const popular = popularModel(form.popular);
  if (form.place === "popular" && !popular) return { model: form.popular };
  const draft = draftOf(form.draft, hub);
  if ("problem" in draft) return { field: "draft", ...draft };
  if (form.place === "popular") return { model: form.popular, dtype: form.popularDtype ?? advisedDtype(popular!, device), hub, ...draft };
  if (form.place === "hub") {
    const read = readModelAddress(form.address, hub);
    if ("problem" in read) return { field: "address", problem: read.problem };
    return { dtype: form.dtype, hub, ...read, ...draft };
  }
  if (!form.local) return { field: "files", problem: t.noFiles };
  const { graphs, graph } = form.local;
  return { model: (graph ?? graphs[0]!).model, modelFile: graph?.modelFile ?? "", hub, ...draft };
}

function draftOf(text: string, hub: string): { readonly draftModel: string } | { readonly problem: string } {
  const given = text.trim();
  if (given === "" || namedModel(given).kind === "embedded") return { draftModel: given };
  const read = readModelAddress(given, hub);
  if ("problem" in read) return read;
  return (read.dtype ?? read.modelFile ?? read.hub) ? { problem: t.draftFile } : { draftModel: read.model };
}
