/** Unsigned 32-bit numbers that one may add to, without the price of an array of values. */
export class GrowingNumbers {
  length = 0
  #numbers = new Uint32Array(256)

  push(number: number): void {
    if (this.length === this.#numbers.length) {
      const larger = new Uint32Array(2 * this.length)
      larger.set(this.#numbers)
      this.#numbers = larger
    }
    this.#numbers[this.length++] = number
  }

  /** The number at `index`; 0 beyond the end. */
  at(index: number): number {
    return this.#numbers[index] ?? 0
  }
}
