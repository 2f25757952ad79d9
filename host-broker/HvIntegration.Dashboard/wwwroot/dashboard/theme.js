// Runs before the first paint, so that a dark page is never white first.
(() => {
  const key = "hvi-theme";
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => { try { return localStorage.getItem(key); } catch { return null; } };
  const effective = () => chosen() ?? (dark.matches ? "dark" : "light");
  const apply = () => {
    document.documentElement.dataset.theme = effective();
    // The component library reads its own entry when it starts.
    try { localStorage.setItem("fluentui-blazor:theme-settings", JSON.stringify({ mode: effective() })); } catch { /* private window: the system's choice holds */ }
    dispatchEvent(new Event("hvi-theme"));
  };
  dark.addEventListener("change", apply);
  window.hviTheme = {
    effective,
    set(theme) {
      try { localStorage.setItem(key, theme); } catch { /* it holds until the page is left */ }
      apply();
      document.documentElement.dataset.theme = theme;
      dispatchEvent(new Event("hvi-theme"));
    },
  };
  apply();
})();
