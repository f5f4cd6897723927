/** A form as a row of screens: one question each, or a page of them; and each list of entries with a screen of its own. */

import type { AnyControlNode, GeneralChildNode, RepeatInstanceNode, RepeatRangeNode, RootNode } from '@getodk/xforms-engine';

export type Mode = 'one' | 'page';

/** What stands above a question: the names of the groups around it. */
export interface Heading {
  key: string;
  label: string;
  /** Which entry of a list. */
  number?: number;
}

export interface QuestionScreen {
  kind: 'questions';
  key: string;
  nodes: AnyControlNode[];
  headings: Heading[];
}

export interface RepeatScreen {
  kind: 'repeat';
  key: string;
  range: RepeatRangeNode;
  headings: Heading[];
}

export type Screen = QuestionScreen | RepeatScreen;

const MOST_ON_A_PAGE = 8;

/** Whether the author asked for that appearance. A group without a control of its own has none at all. */
export function looks(node: { readonly appearances: unknown }, name: string): boolean {
  return Boolean((node.appearances as { [name: string]: boolean } | null)?.[name]);
}

export function screensOf(root: RootNode, mode: Mode): Screen[] {
  const maker = new Maker(mode);
  maker.walk(root.currentState.children, [], false);
  maker.close();
  return maker.screens;
}

/** The screens of one entry of a list. */
export function screensOfEntry(entry: RepeatInstanceNode): Screen[] {
  const maker = new Maker('one');
  maker.walk(entry.currentState.children, [], false);
  return maker.screens;
}

/** The heading row of a table of choices (appearance `label`) asks nothing: on a phone each row shows its own choices. */
function isShown(node: AnyControlNode): boolean {
  return !(node.nodeType === 'select' && looks(node, 'label'));
}

class Maker {
  readonly screens: Screen[] = [];
  private open: QuestionScreen | null = null;

  constructor(private readonly mode: Mode) {}

  close(): void {
    this.open = null;
  }

  /** `together`: all on one screen, as the form's author asked (field-list). */
  walk(children: readonly GeneralChildNode[], headings: Heading[], together: boolean): void {
    for (const node of children) {
      if (!node.currentState.relevant || node.nodeType === 'model-value') continue;
      if (node.nodeType === 'group') {
        this.group(node, headings, together);
      } else if (node.nodeType === 'repeat-range:controlled' || node.nodeType === 'repeat-range:uncontrolled') {
        this.repeat(node, headings);
      } else if (isShown(node)) this.question(node, headings, together);
    }
  }

  private group(node: Extract<GeneralChildNode, { nodeType: 'group' }>, headings: Heading[], together: boolean): void {
    const label = node.currentState.label?.asString.trim() ?? '';
    const inner = label ? [...headings, { key: node.nodeId, label }] : headings;
    const list = looks(node, 'field-list') || looks(node, 'table-list');
    if (!together) this.close();
    this.walk(node.currentState.children, inner, together || list);
    if (!together) this.close();
  }

  private repeat(range: RepeatRangeNode, headings: Heading[]): void {
    const label = range.currentState.label?.asString.trim() ?? '';
    const list = looks(range, 'field-list');
    for (const [index, entry] of range.currentState.children.entries()) {
      this.close();
      this.walk(entry.currentState.children, [...headings, { key: entry.nodeId, label, number: index + 1 }], list);
    }
    this.close();
    if (range.nodeType === 'repeat-range:uncontrolled') this.screens.push({ kind: 'repeat', key: range.nodeId, range, headings });
  }

  private question(node: AnyControlNode, headings: Heading[], together: boolean): void {
    const fits = this.open && (together || (this.mode === 'page' && this.open.nodes.length < MOST_ON_A_PAGE));
    if (fits) this.open!.nodes.push(node);
    else {
      const made: QuestionScreen = { kind: 'questions', key: node.nodeId, nodes: [node], headings };
      this.screens.push(made);
      this.open = together || this.mode === 'page' ? made : null;
    }
  }
}

/** The screen on which a node stands; -1 when it stands on none. */
export function screenOf(screens: Screen[], nodeId: string): number {
  return screens.findIndex((screen) =>
    screen.kind === 'repeat' ? screen.range.nodeId === nodeId : screen.nodes.some((node) => node.nodeId === nodeId),
  );
}

/** Questions of these screens that may not stay as they are, in order. */
export function violated(screens: Screen[]): AnyControlNode[] {
  return screens.flatMap((screen) =>
    screen.kind === 'repeat' ? [] : screen.nodes.filter((node) => node.validationState.violation !== null),
  );
}
