/** A small, strict reader of XML: enough for XForms and their instances, in a worker too, where no DOMParser is.
 *
 * No DTD and no entities but XML's own five, as the server reads (doorstep/content/xform.py).
 */

export interface XmlElement {
  /** As written, with its prefix. */
  name: string;
  /** Without its prefix. */
  local: string;
  attributes: { [name: string]: string };
  children: XmlElement[];
  /** Text before the first child element, as Python's `Element.text`. */
  text: string;
  /** All text directly in it. */
  allText: string;
  /** Where it begins and ends in the source. */
  start: number;
  end: number;
}

export class BadXml extends Error {}

const DEPTH = 200;
const NAME = /[^\s/>=]+/y;
const ATTRIBUTE = /\s*([^\s/>=]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;
const NAMED: { [name: string]: string } = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** Text with its entities read. Throws BadXml for one that XML does not know. */
export function unescapeXml(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&([^;]*);?/g, (whole, name: string) => {
    const number = /^#(?:x([0-9a-fA-F]+)|([0-9]+))$/.exec(name);
    if (number) return String.fromCodePoint(number[1] ? parseInt(number[1], 16) : Number(number[2]));
    const known = NAMED[name];
    if (known === undefined || !whole.endsWith(';')) throw new BadXml(`the entity ${whole.slice(0, 20)}`);
    return known;
  });
}

export function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (letter) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[letter] ?? letter);
}

/** The root element. Throws BadXml. */
export function parseXml(source: string): XmlElement {
  const top: XmlElement = element('', 0);
  const open = [top];
  let at = source.charCodeAt(0) === 0xfeff ? 1 : 0;
  while (at < source.length) {
    const inside = open[open.length - 1]!;
    const next = source.indexOf('<', at);
    addText(inside, unescapeXml(source.slice(at, next < 0 ? source.length : next)), inside === top);
    if (next < 0) break;
    if (source.startsWith('<!--', next)) at = after(source, '-->', next + 4);
    else if (source.startsWith('<![CDATA[', next)) {
      at = after(source, ']]>', next + 9);
      addText(inside, source.slice(next + 9, at - 3), inside === top);
    } else if (source.startsWith('<?', next)) at = after(source, '?>', next + 2);
    else if (source.startsWith('<!', next)) throw new BadXml('no DTD and no entities');
    else if (source.startsWith('</', next)) {
      at = after(source, '>', next + 2);
      const closed = open.pop()!;
      if (closed === top || source.slice(next + 2, at - 1).trim() !== closed.name) throw new BadXml(`</${closed.name}>`);
      closed.end = at;
    } else at = openTag(source, next, open);
    if (open.length > DEPTH) throw new BadXml('too deep');
  }
  const root = top.children[0];
  if (open.length !== 1 || root === undefined || top.children.length !== 1) throw new BadXml('one root element');
  return root;
}

function element(name: string, start: number): XmlElement {
  const local = name.slice(name.indexOf(':') + 1);
  return { name, local, attributes: {}, children: [], text: '', allText: '', start, end: start };
}

function addText(to: XmlElement, text: string, outside: boolean): void {
  if (outside && text.trim()) throw new BadXml('text outside the root');
  to.allText += text;
  if (to.children.length === 0) to.text += text;
}

function after(source: string, mark: string, from: number): number {
  const found = source.indexOf(mark, from);
  if (found < 0) throw new BadXml(mark);
  return found + mark.length;
}

/** Reads the start tag at `from`; pushes its element unless it closes itself. Returns where the tag ends. */
function openTag(source: string, from: number, open: XmlElement[]): number {
  NAME.lastIndex = from + 1;
  const name = NAME.exec(source)?.[0];
  if (!name) throw new BadXml('the name of an element');
  const made = element(name, from);
  let at = from + 1 + name.length;
  for (;;) {
    ATTRIBUTE.lastIndex = at;
    const found = ATTRIBUTE.exec(source);
    if (!found) break;
    if (made.attributes[found[1]!] !== undefined) throw new BadXml(`${found[1]} twice`);
    made.attributes[found[1]!] = unescapeXml(found[2] ?? found[3] ?? '');
    at += found[0].length;
  }
  while (/\s/.test(source[at] ?? '')) at += 1;
  open[open.length - 1]!.children.push(made);
  if (source.startsWith('/>', at)) made.end = at + 2;
  else if (source[at] === '>') open.push(made);
  else throw new BadXml(`the tag <${name.slice(0, 40)}`);
  return made.end > from ? made.end : at + 1;
}

/** Every element inside, at any depth, in order. */
export function* walk(inside: XmlElement): Generator<XmlElement> {
  for (const child of inside.children) {
    yield child;
    yield* walk(child);
  }
}

/** Attribute by its local name, whatever its prefix. */
export function attribute(of: XmlElement, local: string): string | undefined {
  for (const [name, value] of Object.entries(of.attributes)) {
    if (name.slice(name.indexOf(':') + 1) === local && !name.startsWith('xmlns')) return value;
  }
  return undefined;
}

export function writeXml(of: XmlElement): string {
  const attributes = Object.entries(of.attributes).map(([name, value]) => ` ${name}="${escapeXml(value)}"`).join('');
  const inner = escapeXml(of.text) + of.children.map(writeXml).join('');
  return inner ? `<${of.name}${attributes}>${inner}</${of.name}>` : `<${of.name}${attributes}/>`;
}
