/// <reference types="vite-plugin-pwa/client" />

/** Our name to the inside of one of the Health Icons (48 x 48). */
declare module 'virtual:pictures' {
  const bodies: Record<string, string>;
  export default bodies;
}
