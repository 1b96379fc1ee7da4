/** Limits on what a peer or a member can send. Every one is configurable (gateway.yaml, `limits`) and has a test. */
export interface XmlLimits {
  /** Bytes of one document. */
  readonly maxBytes: number;
  readonly maxDepth: number;
  /** Elements, attributes, texts, comments and CDATA sections of one document. */
  readonly maxNodes: number;
  /** Attributes and namespace declarations of one element. */
  readonly maxAttributes: number;
  /** Characters of one text node or attribute value. */
  readonly maxText: number;
}

export const DEFAULT_XML_LIMITS: XmlLimits = { maxBytes: 10 * 1024 * 1024, maxDepth: 64, maxNodes: 200_000, maxAttributes: 64, maxText: 5 * 1024 * 1024 };
