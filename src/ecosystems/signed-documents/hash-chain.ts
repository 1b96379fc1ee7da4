/**
 * Hash chains of X-Road's batch signatures and batch time-stamps: one signature or token over many messages, each with its own way up a hash
 * tree. Source: Cybernetica T-4-20; namespace http://cyber.ee/hashchain.
 */
import { hash } from 'node:crypto';
import { digestList } from '../../crypto/digest-list.ts';
import type { ListedDigest } from '../../crypto/digest-list.ts';
import { digestByUri } from '../../crypto/xml-signature/xades.ts';
import { asCausewayError } from '../../errors.ts';
import type { CausewayError } from '../../errors.ts';
import type { XmlLimits } from '../../platform/limits.ts';
import type { XmlElement } from '../../stages.ts';
import { attribute, child, elements, text } from '../../xml/element.ts';
import { parseXml } from '../../xml/parse.ts';
import { platformError } from './platform-error.ts';

const CHAIN = 'http://cyber.ee/hashchain';
const DS = 'http://www.w3.org/2000/09/xmldsig#';
/** Steps refer to steps: a chain that goes round would never end. */
const MAX_DEPTH = 64;

/**
 * Requires that `result` (a HashChainResult) is what `chain` comes to, and that the chain goes over exactly `inputs`: URIs of parts, whose
 * bytes `bytesOf` gives. Throws `malformed` and `signature-invalid` with X-Road's code.
 */
export function verifyHashChain(result: Uint8Array, chain: Uint8Array, inputs: readonly string[], bytesOf: (uri: string) => Uint8Array | undefined, limits: XmlLimits): void {
  const outcome = root(result, 'HashChainResult', limits);
  const steps = root(chain, 'HashChain', limits);
  const name = /#([^#]+)$/.exec(attribute(outcome, '', 'URI') ?? '')?.[1];
  const leaves: Leaf[] = [];
  const digest = digestByUri(attribute(need(outcome, 'DigestMethod'), '', 'Algorithm'));
  const reached = hash(digest, stepBytes(steps, name ?? '', leaves, 0), 'buffer');
  // X-Road's order: what the chain goes over before what it comes to.
  const absent = leaves.find(({ uri }) => bytesOf(uri) === undefined);
  if (absent !== undefined) throw broken('invalid_hash_chain_ref', `the hash chain goes over ${absent.uri}, which is not there`);
  const unused = inputs.find((uri) => leaves.every((leaf) => leaf.uri !== uri));
  if (unused !== undefined) throw broken('hashchain_unused_inputs', `the hash chain does not go over ${unused}`);
  const changed = leaves.find(({ uri, value, algorithm }) => !hash(digestByUri(algorithm), bytesOf(uri)!, 'buffer').equals(value));
  if (changed !== undefined) throw broken('invalid_hash_chain', `${changed.uri} is not what the hash chain says`);
  if (!reached.equals(decoded(need(outcome, 'DigestValue')))) throw broken('invalid_hash_chain', 'the hash chain comes to another result');
}

/** A part that the chain goes over. */
interface Leaf extends ListedDigest {
  readonly uri: string;
}

/** What is digested of a step: the list of the digests below it, in document order; the parts below it are added to `leaves`. */
function stepBytes(chain: XmlElement, id: string, leaves: Leaf[], depth: number): Uint8Array {
  const found = elements(chain).filter((one) => one.name === 'HashStep' && attribute(one, '', 'id') === id);
  if (found.length !== 1 || depth > MAX_DEPTH) throw broken('invalid_hash_chain_ref', 'a step that is not in the chain, or goes round');
  return digestList(elements(found[0]!).map((below) => listed(chain, below, leaves, depth)));
}

function listed(chain: XmlElement, below: XmlElement, leaves: Leaf[], depth: number): ListedDigest {
  const algorithm = attribute(named(below, 'DigestMethod') ?? need(chain, 'DefaultDigestMethod'), '', 'Algorithm') ?? '';
  const uri = attribute(below, '', 'URI') ?? '';
  if (below.name === 'StepRef') return { value: hash(digestByUri(algorithm), stepBytes(chain, uri.replace(/^[^#]*#/, ''), leaves, depth + 1), 'buffer'), algorithm };
  const value = decoded(need(below, 'DigestValue'));
  if (below.name === 'DataRef') leaves.push({ uri, value, algorithm });
  else if (below.name !== 'HashValue') throw broken('malformed_hash_chain', `an unknown ${below.name}`);
  return { value, algorithm };
}

function root(bytes: Uint8Array, name: string, limits: XmlLimits): XmlElement {
  try {
    const found = parseXml(bytes, limits);
    if (found.ns === CHAIN && found.name === name) return found;
  } catch (cause) {
    throw platformError('malformed', 'malformed_hash_chain', asCausewayError(cause).message, cause);
  }
  throw broken('malformed_hash_chain', `no ${name}`);
}

/** Servers write DigestMethod and DigestValue in the namespace of XML signatures or in that of the chain. */
function named(parent: XmlElement, name: string): XmlElement | undefined {
  return child(parent, DS, name) ?? child(parent, CHAIN, name);
}

function need(parent: XmlElement, name: string): XmlElement {
  const found = named(parent, name);
  if (found === undefined) throw broken('malformed_hash_chain', `${name} is missing`);
  return found;
}

function decoded(element: XmlElement): Buffer {
  return Buffer.from(text(element), 'base64');
}

function broken(code: string, message: string): CausewayError {
  return platformError('signature-invalid', code, message);
}
