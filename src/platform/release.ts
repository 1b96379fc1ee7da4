/**
 * Memory of buffers that are used once. The collector goes by what it allocates itself and lets some tens of megabytes of spent buffers lie before it looks: on the way of a large message
 * whoever made a buffer, and knows that nobody else looks at it any more, gives it back.
 */
export function release(bytes: Uint8Array): void {
  const { buffer } = bytes;
  // A view on a part of a buffer is not its owner.
  if (buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength) buffer.transfer(0);
}

/** Looks at a chunk, whose memory is given back when it has returned, or what it returned has resolved. */
export type Look = (chunk: Uint8Array) => void | Promise<void>;
