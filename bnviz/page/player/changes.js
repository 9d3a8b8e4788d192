// Changes: what can be changed at the cursor; the run is trained again with it.

const FACTORS = [10, 2, 0.5, 0.1];
const RATES = [1e-5, 10];
const OF_BN = {
  insert_bn: "insert BN into the network without it",
  remove_bn: "remove BN from the network with it",
  freeze_bn: "freeze the statistics of BN",
};

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

  // rate: learning rate at step 0; made: the changes there are, [{step, action, value}].
  of({ rate, made }) {
    this.rate = rate;
    this.made = made;
  }

  #offer() {
    const step = Math.max(1, this.cursor());
    const before = this.made.filter((change) => change.step <= step && change.action === "learning_rate");
    const rate = before.at(-1)?.value ?? this.rate;
    const options = [];
    for (const factor of FACTORS) {
      const other = Number((rate * factor).toPrecision(3));
      if (other >= RATES[0] && other <= RATES[1]) options.push([`learning_rate=${other}`, `learning rate ${rate} → ${other}`]);
    }
    for (const [action, text] of Object.entries(OF_BN)) {
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
