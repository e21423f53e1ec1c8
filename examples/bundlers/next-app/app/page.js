import { Server } from "./server";
import { Story } from "./story";

export default function Page() {
  return (
    <main>
      <Story />
      <Server />
    </main>
  );
}
