// A target for `taospec conform --target "node target.mjs"`: three operations in plain JavaScript.
import { createInterface } from "node:readline";

const TYPES = {
  I32F32: [64n, 32n, true], I64F64: [128n, 64n, true], I96F32: [128n, 32n, true], I110F18: [128n, 18n, true],
  U64F64: [128n, 64n, false], U96F32: [128n, 32n, false], U110F18: [128n, 18n, false],
};

function type(name) {
  const [width, fraction, signed] = TYPES[name];
  const values = 1n << (signed ? width - 1n : width);
  return { fraction, least: signed ? -values : 0n, greatest: values - 1n };
}

const OPERATIONS = {
  // FIX-MUL-1: BigInt's >> floors, as the chain does.
  "fixed_point.saturating_mul"(input) {
    const { fraction, least, greatest } = type(input.type);
    const product = (BigInt(input.a) * BigInt(input.b)) >> fraction;
    return { value: String(product < least ? least : product > greatest ? greatest : product) };
  },
  // FIX-DIV-1: BigInt's / truncates, as the chain does; null where there is no quotient.
  "fixed_point.checked_div"(input) {
    const { fraction, least, greatest } = type(input.type);
    if (BigInt(input.b) === 0n) return { value: null };
    const quotient = (BigInt(input.a) << fraction) / BigInt(input.b);
    return { value: quotient < least || quotient > greatest ? null : String(quotient) };
  },
  // SUPPLY-HALVING-1: as many halvings as thresholds that the issuance has reached.
  "supply.block_emission"(input) {
    const total = 21_000_000n * 10n ** 9n;
    let halvings = 0n;
    while (halvings < 30n && BigInt(input.issuance) >= total - (total >> (halvings + 1n))) halvings += 1n;
    return { value: String(halvings < 30n ? 10n ** 9n >> halvings : 0n) };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  console.log(JSON.stringify(request.hello ? greeting() : { id: request.id, ...answer(request) }));
}

function greeting() {
  return { name: "example", version: "1.0", ops: Object.keys(OPERATIONS) };
}

function answer({ op, in: input }) {
  const operation = OPERATIONS[op];
  return operation ? { out: operation(input) } : { unsupported: true };
}
