/** Lanes of a row: lane i scans the logits i, i + n, i + 2 n and so on of a row that has n lanes. */
export const MAX_LANES = 2048;
/** Bytes of what a lane found. */
export const LANE_BYTES = 12;
/** Most candidates for the largest logits of a row. A row with more, because of many equal logits, has no part. */
const MAX_CANDIDATES = 1024;
/** Largest `top` of a reduction: with this many, random rows have about a tenth more candidates than `top`. */
export const MAX_TOP = 256;
/** Invocations of a workgroup. */
export const SCAN_SIZE = 64;
const REDUCE_SIZE = 256;

/**
 * Returns the WGSL code of two kernels, which find the part of every row of logits.
 *
 * `scan` runs once per lane and row: it finds the largest logit of the lane and, if the tail is asked for, the mass of the lane. `reduce`
 * runs one workgroup per row. With L the `top`-th largest of what the lanes found, at least `top` logits are L or larger, and all of them
 * lie in lanes whose largest is L or larger, about `top` lanes: only these are scanned again. What is found there is ranked by counting.
 *
 * Logits are compared as integers whose order is that of the numbers, in which -0 equals 0, so that the result does not depend on how a GPU
 * rounds or treats small numbers: only the mass of the tail does. A result is, in words of 32 bits: the number of tokens (0 if the row has no distribution
 * or too many candidates), the mass of the tail, and each token with its logit.
 *
 * No subgroups and no shader-f16: halves are unpacked as integers.
 */
export function reductionShader(type: "float16" | "float32"): string {
  return /* wgsl */ `
struct Rows {
  first: u32,   // index of the first logit of the first row
  vocab: u32,
  lanes: u32,
  top: u32,
  stride: u32,  // words of a result
  scale: f32,   // 1 / temperature; 0 without a tail
}
struct Lane { key: u32, token: u32, mass: f32 }

@group(0) @binding(0) var<storage, read> logits: array<u32>;
@group(0) @binding(1) var<uniform> rows: Rows;
@group(0) @binding(2) var<storage, read_write> lanes: array<Lane>;
@group(0) @binding(3) var<storage, read_write> results: array<u32>;

const INVALID = 0xffffffffu;      // the key of NaN and +Infinity
const FORBIDDEN = 0x007fffffu;    // the key of -Infinity
const FARTHEST = -200.0;          // exp of this is 0

${type === "float16" ? HALF : FULL}

fn keyAt(index: u32) -> u32 {
  let bits = bitsAt(index);
  let magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u || bits == 0x7f800000u) { return INVALID; }
  if (magnitude == 0u) { return 0x80000000u; }
  return select(bits | 0x80000000u, ~bits, (bits >> 31u) == 1u);
}

fn bitsOf(key: u32) -> u32 { return select(~key, key & 0x7fffffffu, (key >> 31u) == 1u); }

/// The weight of a logit relative to the largest one.
fn weightOf(key: u32, largest: u32) -> f32 {
  if (key <= FORBIDDEN || largest == INVALID) { return 0.0; }
  return exp(max((bitcast<f32>(bitsOf(key)) - bitcast<f32>(bitsOf(largest))) * rows.scale, FARTHEST));
}

@compute @workgroup_size(${SCAN_SIZE})
fn scan(@builtin(global_invocation_id) id: vec3u) {
  let lane = id.x;
  if (lane >= rows.lanes) { return; }
  let start = rows.first + id.y * rows.vocab;
  var largest = 0u;
  var token = lane;
  for (var each = lane; each < rows.vocab; each += rows.lanes) {
    let key = keyAt(start + each);
    if (key > largest) { largest = key; token = each; }
  }
  var mass = 0.0;
  if (rows.scale > 0.0) {
    for (var each = lane; each < rows.vocab; each += rows.lanes) { mass += weightOf(keyAt(start + each), largest); }
  }
  lanes[id.y * rows.lanes + lane] = Lane(largest, token, mass);
}

var<workgroup> keys: array<u32, ${MAX_CANDIDATES}>;
var<workgroup> tokens: array<u32, ${MAX_CANDIDATES}>;
var<workgroup> masses: array<f32, ${REDUCE_SIZE}>;
var<workgroup> counts: array<atomic<u32>, 32>;
var<workgroup> found: atomic<u32>;
var<workgroup> lastKey: u32;
var<workgroup> lastToken: u32;

fn isBefore(key: u32, token: u32, otherKey: u32, otherToken: u32) -> bool {
  return key > otherKey || (key == otherKey && token < otherToken);
}

@compute @workgroup_size(${REDUCE_SIZE})
fn reduce(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let row = group.x;
  let firstLane = row * rows.lanes;
  let start = rows.first + row * rows.vocab;
  let result = row * rows.stride;

  // The largest logit of the row.
  var bestKey = 0u;
  var bestToken = INVALID;
  for (var each = thread; each < rows.lanes; each += ${REDUCE_SIZE}u) {
    let lane = lanes[firstLane + each];
    if (isBefore(lane.key, lane.token, bestKey, bestToken)) { bestKey = lane.key; bestToken = lane.token; }
  }
  keys[thread] = bestKey;
  tokens[thread] = bestToken;
  workgroupBarrier();
  for (var half = ${REDUCE_SIZE / 2}u; half > 0u; half >>= 1u) {
    if (thread < half && isBefore(keys[thread + half], tokens[thread + half], keys[thread], tokens[thread])) {
      keys[thread] = keys[thread + half];
      tokens[thread] = tokens[thread + half];
    }
    workgroupBarrier();
  }
  let largest = keys[0];
  let isValid = largest != INVALID && largest > FORBIDDEN;
  if (rows.top == 1u && rows.scale == 0.0) {
    if (thread == 0u) {
      results[result] = u32(isValid);
      results[result + 1u] = 0u;
      results[result + 2u] = tokens[0];
      results[result + 3u] = bitsOf(largest);
    }
    return;
  }
  workgroupBarrier();

  // The largest bound that the largest logits of at least top lanes reach, bit by bit.
  var bound = 0u;
  for (var bit = 0u; bit < 32u; bit++) {
    let trial = bound | (0x80000000u >> bit);
    var count = 0u;
    for (var each = thread; each < rows.lanes; each += ${REDUCE_SIZE}u) { count += u32(lanes[firstLane + each].key >= trial); }
    atomicAdd(&counts[bit], count);
    workgroupBarrier();
    if (atomicLoad(&counts[bit]) >= rows.top) { bound = trial; }
  }
  bound = max(bound, FORBIDDEN + 1u);

  // The candidates: all logits that reach the bound.
  for (var each = thread; each < rows.lanes; each += ${REDUCE_SIZE}u) {
    if (lanes[firstLane + each].key < bound || !isValid) { continue; }
    for (var token = each; token < rows.vocab; token += rows.lanes) {
      let key = keyAt(start + token);
      if (key < bound) { continue; }
      let place = atomicAdd(&found, 1u);
      if (place >= ${MAX_CANDIDATES}u) { break; }
      keys[place] = key;
      tokens[place] = token;
    }
  }
  workgroupBarrier();
  let candidates = atomicLoad(&found);
  let isFound = isValid && candidates <= ${MAX_CANDIDATES}u;
  let count = select(0u, min(candidates, rows.top), isFound);

  // Each candidate's rank is the number of candidates before it.
  for (var each = thread; isFound && each < candidates; each += ${REDUCE_SIZE}u) {
    var rank = 0u;
    for (var other = 0u; other < candidates; other++) { rank += u32(isBefore(keys[other], tokens[other], keys[each], tokens[each])); }
    if (rank >= count) { continue; }
    results[result + 2u + 2u * rank] = tokens[each];
    results[result + 3u + 2u * rank] = bitsOf(keys[each]);
    if (rank == count - 1u) { lastKey = keys[each]; lastToken = tokens[each]; }
  }
  workgroupBarrier();

  // The mass of the logits after the last one that is kept.
  var mass = 0.0;
  if (rows.scale > 0.0 && isFound) {
    for (var each = thread; each < rows.lanes; each += ${REDUCE_SIZE}u) {
      let lane = lanes[firstLane + each];
      if (lane.key < bound) { mass += lane.mass * weightOf(lane.key, largest); continue; }
      for (var token = each; token < rows.vocab; token += rows.lanes) {
        let key = keyAt(start + token);
        if (isBefore(lastKey, lastToken, key, token)) { mass += weightOf(key, largest); }
      }
    }
  }
  masses[thread] = mass;
  workgroupBarrier();
  for (var half = ${REDUCE_SIZE / 2}u; half > 0u; half >>= 1u) {
    if (thread < half) { masses[thread] += masses[thread + half]; }
    workgroupBarrier();
  }
  if (thread == 0u) {
    results[result] = count;
    results[result + 1u] = bitcast<u32>(masses[0]);
  }
}
`;
}

const FULL = /* wgsl */ `fn bitsAt(index: u32) -> u32 { return logits[index]; }`;

/** The bits of a half as float32: of infinities and NaN, of normal numbers, and of those below them. */
const HALF = /* wgsl */ `fn bitsAt(index: u32) -> u32 {
  let half = (logits[index >> 1u] >> (16u * (index & 1u))) & 0xffffu;
  let sign = (half & 0x8000u) << 16u;
  let magnitude = half & 0x7fffu;
  if (magnitude >= 0x7c00u) { return sign | 0x7f800000u | ((magnitude & 0x3ffu) << 13u); }
  if (magnitude >= 0x0400u) { return sign | ((magnitude << 13u) + 0x38000000u); }
  return sign | bitcast<u32>(f32(magnitude) * 0x1p-24);
}`;
