// Charts are drawn in the colours of one mode. When the reader goes from light to dark or back, which by itself runs
// nothing, press Streamlit's own key for running the page again; not while a page is under way or a dialogue is open.
(() => {
  let drawn = "";
  setInterval(() => {
    const app = document.querySelector(".stApp[data-test-script-state='notRunning']");
    if (app === null || document.querySelector("[role='dialog']") !== null) return;
    const mode = getComputedStyle(app).colorScheme;
    if (drawn !== "" && mode !== drawn) {
      document.dispatchEvent(new KeyboardEvent("keydown", { key: "r", code: "KeyR", bubbles: true }));
      document.dispatchEvent(new KeyboardEvent("keyup", { key: "r", code: "KeyR", bubbles: true }));
    }
    drawn = mode;
  }, 500);
})();
