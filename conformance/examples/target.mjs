// A target with three operations, in plain JavaScript:
// taospec conform --target "node target.mjs" --allow-unsupported
import { createInterface } from "node:readline";

const TYPES = {
  I32F32: { signed: true, width: 64n, fraction: 32n },
  I64F64: { signed: true, width: 128n, fraction: 64n },
  I96F32: { signed: true, width: 128n, fraction: 32n },
  I110F18: { signed: true, width: 128n, fraction: 18n },
  U64F64: { signed: false, width: 128n, fraction: 64n },
  U96F32: { signed: false, width: 128n, fraction: 32n },
  U110F18: { signed: false, width: 128n, fraction: 18n },
};

function range({ signed, width }) {
  return signed ? [-(1n << (width - 1n)), (1n << (width - 1n)) - 1n] : [0n, (1n << width) - 1n];
}

const OPERATIONS = {
  // FIX-MUL-1: BigInt's >> floors, as the chain does.
  "fixed_point.saturating_mul"({ type, a, b }) {
    const [least, greatest] = range(TYPES[type]);
    const product = (BigInt(a) * BigInt(b)) >> TYPES[type].fraction;
    const value = product < least ? least : product > greatest ? greatest : product;
    return { value: String(value) };
  },
  // FIX-DIV-1: BigInt's / truncates, as the chain does; null where there is no quotient.
  "fixed_point.checked_div"({ type, a, b }) {
    const [least, greatest] = range(TYPES[type]);
    if (BigInt(b) === 0n) return { value: null };
    const quotient = (BigInt(a) << TYPES[type].fraction) / BigInt(b);
    return { value: quotient < least || quotient > greatest ? null : String(quotient) };
  },
  // SUPPLY-HALVING-1: as many halvings as thresholds that the issuance has reached.
  "supply.block_emission"({ issuance }) {
    const total = 21_000_000n * 10n ** 9n;
    const threshold = (k) => total - (total >> k);
    let halvings = 0n;
    while (halvings < 30n && BigInt(issuance) >= threshold(halvings + 1n)) halvings += 1n;
    return { value: String(10n ** 9n >> halvings) };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(answer(JSON.parse(line))));
}

function answer({ hello, id, op, in: input }) {
  if (hello) return { name: "example", version: "1.0", ops: Object.keys(OPERATIONS) };
  if (!Object.hasOwn(OPERATIONS, op)) return { id, unsupported: true };
  return { id, out: OPERATIONS[op](input) };
}
