/** Putting HIDDEN in the place of values, so that the form of a document can be shown without its content. */
import type { JsonValue, XmlElement } from '../../stages.ts';
import { XSI } from '../xml-tree.ts';
import { HIDDEN } from './step.ts';

/** A value that says something is hidden; null and an empty text say nothing and stay. */
export function hideScalar(value: JsonValue): JsonValue {
  return value === null || value === '' ? value : HIDDEN;
}

/** All values of a document. */
export function hideAll(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(hideAll);
  if (typeof value !== 'object' || value === null) return hideScalar(value);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, hideAll(inner)]));
}

/** The values of a neutral document that `isPersonal` names, by path without indexes. */
export function hidePersonal(value: JsonValue, isPersonal: (path: string) => boolean, path = ''): JsonValue {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map((item) => hidePersonal(item, isPersonal, path));
  if (typeof value !== 'object' || value === null) return isPersonal(path) ? hideScalar(value) : value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, hidePersonal(inner, isPersonal, path === '' ? name : `${path}.${name}`)]));
}

/** What an echo took over from the request: which of it is personal, no rule says. */
export function hideCopy(copy: XmlElement | JsonValue): XmlElement | JsonValue {
  return isElement(copy) ? hideElement(copy) : hideAll(copy);
}

function isElement(copy: XmlElement | JsonValue): copy is XmlElement {
  return typeof copy === 'object' && copy !== null && 'ns' in copy && 'children' in copy && 'attributes' in copy;
}

function hideElement(element: XmlElement): XmlElement {
  return {
    ...element,
    attributes: element.attributes.map((one) => (one.ns === XSI ? one : { ...one, value: String(hideScalar(one.value)) })),
    children: element.children.map((child) => (typeof child === 'string' ? (child.trim() === '' ? child : HIDDEN) : hideElement(child))),
  };
}
