import type { LineFinding } from '../formats/in/import-report.ts'
import { DraftFile } from './draft-file.ts'

const BUFFERED = 1 << 16

/**
 * Writes every finding as a line of file, line number, verdict, reason and text with tabs between them. The text is last, and its
 * own tabs stay; no text has a line end in it.
 */
export class FindingReport {
  readonly #file: DraftFile
  #text = ''

  constructor(path: string) {
    this.#file = new DraftFile(path)
    this.#text = 'file\tline\tverdict\treason\ttext\n'
  }

  add(input: string, { line, verdict, reason, text }: LineFinding): void {
    this.#text += `${input}\t${line}\t${verdict}\t${reason}\t${text}\n`
    if (this.#text.length > BUFFERED) this.#flush()
  }

  publish(): void {
    this.#flush()
    this.#file.publish()
  }

  discard(): void {
    this.#file.discard()
  }

  #flush(): void {
    this.#file.write(Buffer.from(this.#text))
    this.#text = ''
  }
}
