/** A file's text, put in place at build time. */
declare module '*?raw' {
  const text: string;
  export default text;
}
