/** gost89 declares no types: the one function that is used. */
declare module 'gost89' {
  const gost89: { readonly gosthash: (data: Buffer) => Uint8Array };
  export default gost89;
}
