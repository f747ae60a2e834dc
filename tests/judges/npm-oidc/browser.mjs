// A browser small enough to read: cookies, redirects, and the forms of the node's pages.
import { createHmac } from "node:crypto";

export class Browser {
  constructor(issuer, citizen) {
    this.issuer = issuer;
    this.citizen = citizen;
    this.cookies = new Map();
  }

  async request(address, fields) {
    const headers = { cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ") };
    const options = { headers, redirect: "manual" };
    if (fields) Object.assign(options, { method: "POST", body: new URLSearchParams(fields) });
    const response = await fetch(new URL(address, this.issuer), options);
    for (const line of response.headers.getSetCookie()) {
      const [name, value] = line.split(";")[0].split("=");
      this.cookies.set(name, value);
    }
    return response;
  }

  // Follow pages and redirects until the browser would leave the node; answers that address.
  async visit(address, fields) {
    for (let steps = 0; steps < 20; steps += 1) {
      const response = await this.request(address, fields);
      fields = undefined;
      if (response.status === 303) {
        address = response.headers.get("location");
        if (/^https?:/.test(address) && !address.startsWith(this.issuer)) return new URL(address);
        continue;
      }
      const page = await response.text();
      if (response.status !== 200) throw new Error(`${response.status} at ${address}: ${page.slice(0, 2000)}`);
      const form = /<form[^>]*method="post" action="([^"]+)"/.exec(page);
      if (!form) return page;
      address = form[1].replaceAll("&amp;", "&");
      fields = this.answer(page);
    }
    throw new Error("too many steps");
  }

  answer(page) {
    const hidden = Object.fromEntries(
      [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map((found) => found.slice(1)),
    );
    if (hidden.factor === "password") return { ...hidden, name: this.citizen.login, typed: this.citizen.password };
    if (hidden.factor === "totp") return { ...hidden, typed: this.oneTimeCode() };
    const typed = /<input [^>]*id="user_code" name="user_code" value="([^"]+)"/.exec(page);
    if (typed) return { ...hidden, user_code: typed[1] };
    const choice = ["agree", "act", "leave"].find((one) => page.includes(`value="${one}"`));
    if (!choice) throw new Error(`no choice on ${page}`);
    return { ...hidden, do: choice };
  }

  oneTimeCode() {
    const step = Buffer.alloc(8);
    step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
    const digest = createHmac("sha1", Buffer.from(this.citizen.secret, "base64url")).update(step).digest();
    const number = digest.readUInt32BE(digest[19] & 15) & 0x7fffffff;
    return String(number % 1_000_000).padStart(6, "0");
  }
}
