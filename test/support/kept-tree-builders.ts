import { diffLines, type HeldDiff } from '../../src/core/diff-lines.ts'
import {
  makeLeaf,
  publicLeafMaker,
  type LeafMaker,
  type LeafSecrets,
  type ListedLine,
} from '../../src/core/proof-tree/leaf-maker.ts'
import { restrictedLeafMaker } from '../../src/core/proof-tree/restricted-leaf-maker.ts'
import { buildTree } from '../../src/core/proof-tree/proof-tree.ts'
import { makeProofRoot } from '../../src/core/proof-tree/proof-root.ts'

export const SECRETS: LeafSecrets = { vrf: Buffer.alloc(32, 0x11), salts: Buffer.alloc(32, 0x22) }

/** What came and went between two lists of lines. */
export function changesBetween(from: readonly string[], to: readonly string[]): HeldDiff {
  return diffLines(blockOf(from), blockOf(to))
}

function blockOf(lines: readonly string[]): Uint8Array[] {
  const sorted = [...lines].sort()
  return sorted.length === 0 ? [] : [Buffer.from(sorted.map((line) => `${line}\n`).join(''))]
}

/** Lines with the serial since which each is there, told serial by serial. */
export class SinceModel {
  #since = new Map<string, number>()

  take(serial: number, lines: readonly string[]): readonly ListedLine[] {
    this.#since = new Map(lines.map((line) => [line, this.#since.get(line) ?? serial]))
    return [...this.#since].map(([line, since]) => ({ line, since }))
  }
}

/** Of the list at `a`: public without secrets. */
export function makerOf(secrets: LeafSecrets | null): LeafMaker {
  return secrets === null ? publicLeafMaker('a') : restrictedLeafMaker('a', secrets)
}

/** The root, in hex, of a tree made of all leaves at once, in memory. */
export function plainRoot(maker: LeafMaker, serial: number, lines: readonly ListedLine[]): string {
  const leaves = Buffer.concat(lines.map(({ line, since }) => makeLeaf(maker, line, since)))
  return Buffer.from(makeProofRoot(buildTree(leaves), maker, serial).root).toString('hex')
}
