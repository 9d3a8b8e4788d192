// Changes: what can be changed at the cursor; the run is trained again with it.

const FACTORS = [10, 2, 0.5, 0.1];

export class Changes {
  // list: the select; cursor(): the step at the cursor; ask(step, change): asks for a change.
  constructor(list, cursor, ask) {
    this.list = list;
    this.cursor = cursor;
    for (const event of ["pointerdown", "focus"]) list.addEventListener(event, () => this.#offer());
    list.onchange = () => {
      if (list.value) ask(Math.max(1, cursor()), list.value);
      this.#close();
    };
    this.#close();
  }

  // rate: learning rate at step 0; rates: the lowest and highest allowed; made: the changes there
  // are, [{step, action, value}]; of_bn: what else can be done, {action: text}.
  of({ rate, rates, made, of_bn: ofBn }) {
    Object.assign(this, { rate, rates, made, ofBn });
  }

  #offer() {
    const step = Math.max(1, this.cursor());
    const before = this.made.filter((change) => change.step <= step && change.action === "learning_rate");
    const rate = before.at(-1)?.value ?? this.rate;
    const options = [];
    for (const factor of FACTORS) {
      const other = Number((rate * factor).toPrecision(3));
      if (other >= this.rates[0] && other <= this.rates[1]) options.push([`learning_rate=${other}`, `learning rate ${rate} → ${other}`]);
    }
    for (const [action, text] of Object.entries(this.ofBn)) {
      if (!this.made.some((change) => change.action === action)) options.push([action, text]);
    }
    this.list.replaceChildren(
      new Option(`at step ${step.toLocaleString("en")}:`, ""),
      ...options.map(([value, text]) => new Option(text, value)),
    );
    this.list.value = "";
  }

  #close() {
    this.list.replaceChildren(new Option("change…", ""));
  }
}
