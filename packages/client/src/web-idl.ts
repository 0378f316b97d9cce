/** The shape that Web IDL gives to an interface: its name, constants on both objects, enumerable members. */
export function shapeInterface(
  object: abstract new (...given: never) => object,
  name: string,
  constants: Readonly<Record<string, number>>,
): void {
  const prototype: object = object.prototype;
  for (const owner of [object, prototype]) {
    for (const [member, { writable }] of Object.entries(Object.getOwnPropertyDescriptors(owner))) {
      // Accessors, methods and static methods: not `constructor`, nor a function's own `prototype`, `name` and `length`.
      if (member !== "constructor" && writable !== false)
        Object.defineProperty(owner, member, { enumerable: true });
    }
    for (const [constant, value] of Object.entries(constants)) {
      Object.defineProperty(owner, constant, { value, enumerable: true });
    }
  }
  Object.defineProperty(object, "name", { value: name, configurable: true });
  Object.defineProperty(prototype, Symbol.toStringTag, { value: name, configurable: true });
}
