using SteelBrowser.Chromium;
using SteelBrowser.DevTools;

namespace SteelBrowser.Computer;

/// <summary>Presses keys on a page. Throws as <see cref="PageSession"/> does.</summary>
internal sealed class Keyboard(PageSession page, InputState state, CancellationToken deadline)
{
    private const string Dispatch = "Input.dispatchKeyEvent";
    private const int ControlAltMeta = 7;

    private const string RememberField = "void (globalThis.field = document.activeElement)";
    private const int MostTabs = 20;

    // The focus within a shadow tree that is closed to scripts counts as in a field: more cannot be seen.
    private const string WhereFocusIs = """
        (() => {
          let focus = document.activeElement;
          while (focus?.shadowRoot?.activeElement) focus = focus.shadowRoot.activeElement;
          if (!focus || focus === document.body || focus === document.documentElement) return 'nowhere';
          const isField = focus.isContentEditable || focus.localName.includes('-') || focus.matches(
            'input:not([type=button i], [type=image i], [type=reset i], [type=submit i]), textarea, select, iframe');
          return isField ? 'field' : 'elsewhere';
        })()
        """;
    private const string ReturnToField = "field?.focus?.()";

    /// <summary>Presses keys, runs an action, and releases the keys even when the action fails.</summary>
    public async Task HoldAsync(IReadOnlyList<Key> keys, Func<Task> meanwhile)
    {
        var before = state.Modifiers;
        var pressed = new Stack<Key>();
        try
        {
            foreach (var key in keys)
            {
                pressed.Push(key);
                await PressAsync(key);
            }

            await meanwhile();
        }
        finally
        {
            try
            {
                while (pressed.TryPop(out var key))
                    await ReleaseAsync(key);
            }
            finally
            {
                state.Modifiers = before;
            }
        }
    }

    /// <summary>
    /// Types a text. A character that no key types is inserted as an input method would do it. A tab leads to the next field, past links
    /// and buttons. When no field follows, it is inserted, too: what comes after it would be lost.
    /// </summary>
    public async Task TypeAsync(string text)
    {
        foreach (var character in text.ReplaceLineEndings("\n").EnumerateRunes())
        {
            if (character.Value == '\t')
                await TypeTabAsync();
            else if (character.IsBmp && KeyNames.Typing((char)character.Value) is { } key)
                await HoldAsync([key], () => Task.CompletedTask);
            else
                await InsertAsync(character.ToString());
        }
    }

    private async Task InsertAsync(string text) =>
        await page.CallAsync("Input.insertText", $$"""{"text":{{PageSession.Literal(text)}}}""", deadline);

    private async Task TypeTabAsync()
    {
        await page.EvaluateAsync(RememberField, deadline);
        for (var tabs = 0; tabs < MostTabs; tabs++)
        {
            await HoldAsync(KeyNames.Find("tab")!, () => Task.CompletedTask);
            var focus = (await page.EvaluateAsync(WhereFocusIs, deadline)).GetString();
            if (focus == "field")
                return;
            if (focus == "nowhere")
                break; // The end of the page.
        }

        await page.EvaluateAsync(ReturnToField, deadline);
        await InsertAsync("\t");
    }

    private async Task PressAsync(Key key)
    {
        state.Modifiers |= key.Modifier;

        // With Control, Alt or Meta held, a key is a command and types nothing.
        var text = (state.Modifiers & ControlAltMeta) == 0 ? key.Text : null;
        var more = text is null ? "" : $",\"text\":{PageSession.Literal(text)}";
        await page.CallAsync(Dispatch, Event(text is null ? "rawKeyDown" : "keyDown", key, more), deadline);
    }

    private Task ReleaseAsync(Key key)
    {
        state.Modifiers &= ~key.Modifier;
        return page.CallAnywayAsync(Dispatch, Event("keyUp", key, ""), deadline);
    }

    private string Event(string type, Key key, string more)
    {
        var name = PageSession.Literal(key.Name);
        return $$"""{"type":"{{type}}","key":{{name}},"code":"{{key.Code}}","windowsVirtualKeyCode":{{key.KeyCode}}"""
            + $$""","modifiers":{{state.Modifiers}}{{more}}}""";
    }
}
