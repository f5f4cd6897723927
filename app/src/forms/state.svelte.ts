/** Objects that ODK's engine writes into and Svelte reads from: one signal for each object. */

/** Called after anything in a form's state has changed. */
export type OnChange = () => void;

/** A factory of such objects for one form. What the engine computes is kept as it is: nothing inside is made reactive too. */
export function stateFactory(onchange: OnChange): <T extends object>(object: T) => T {
  return <T extends object>(object: T): T => {
    let count = 0;
    let version = $state(0);
    return new Proxy(object, {
      get(target, key) {
        void version;
        return Reflect.get(target, key) as unknown;
      },
      set(target, key, value: unknown) {
        if (Object.is(Reflect.get(target, key), value)) return true;
        Reflect.set(target, key, value);
        // Counted apart, so that writing reads no signal: an effect that writes must not wait for itself.
        version = ++count;
        onchange();
        return true;
      },
    });
  };
}
