namespace SteelBrowser.Computer;

/// <summary>Finds keys by their common names: those of DOM, those of xdotool, and the usual short ones, in any letter case.</summary>
internal static class KeyNames
{
    private const string Digits = "0123456789";
    private const string ShiftedDigits = ")!@#$%^&*(";
    private const int FunctionKeys = 24;
    private const int FirstFunctionKey = 112;

    private static readonly (string Plain, string Shifted, string Code, int KeyCode)[] Punctuation =
    [
        (";", ":", "Semicolon", 186), ("=", "+", "Equal", 187), (",", "<", "Comma", 188), ("-", "_", "Minus", 189),
        (".", ">", "Period", 190), ("/", "?", "Slash", 191), ("`", "~", "Backquote", 192), ("[", "{", "BracketLeft", 219),
        ("\\", "|", "Backslash", 220), ("]", "}", "BracketRight", 221), ("'", "\"", "Quote", 222),
    ];

    private static readonly (string Name, char Character)[] NamedCharacters =
    [
        ("minus", '-'), ("plus", '+'), ("equal", '='), ("comma", ','), ("period", '.'), ("slash", '/'), ("backslash", '\\'),
    ];

    private static readonly Dictionary<string, Key> Named = Build();

    /// <summary>The key with this name, or the keys of a chord such as <c>ctrl+a</c>; null when a name is unknown.</summary>
    public static IReadOnlyList<Key>? Find(string name)
    {
        if (FindOne(name) is { } key)
            return [key];
        var names = name.Split('+');
        var keys = names.Select(FindOne).OfType<Key>().ToArray();
        return keys.Length > 1 && keys.Length == names.Length ? keys : null;
    }

    /// <summary>The key that types a character; null when no key does.</summary>
    public static Key? Typing(char character) => character switch
    {
        '\n' or '\r' => Named["enter"],
        '\t' => Named["tab"],
        ' ' => Named["space"],
        >= '!' and <= '~' => OfCharacter(character),
        _ => null,
    };

    // The letter case of a name does not matter, but a single letter keeps its case.
    private static Key? FindOne(string name) => name.Length == 1 ? Typing(name[0]) : Named.GetValueOrDefault(name.ToLowerInvariant());

    private static Key OfCharacter(char character)
    {
        var text = character.ToString();
        if (char.IsAsciiLetter(character))
            return new(text, $"Key{char.ToUpperInvariant(character)}", char.ToUpperInvariant(character), text);
        if (Math.Max(Digits.IndexOf(character), ShiftedDigits.IndexOf(character)) is >= 0 and var digit)
            return new(text, $"Digit{digit}", '0' + digit, text);
        var (_, _, code, keyCode) = Punctuation.Single(key => key.Plain == text || key.Shifted == text);
        return new(text, code, keyCode, text);
    }

    private static Dictionary<string, Key> Build()
    {
        var keys = new Dictionary<string, Key>();
        Add(new("Enter", "Enter", 13, "\r"), "return", "kp_enter", "numpadenter");
        Add(new(" ", "Space", 32, " "), "space", "spacebar");
        Add(new("Tab", "Tab", 9));
        Add(new("Backspace", "Backspace", 8), "back");
        Add(new("Delete", "Delete", 46), "del");
        Add(new("Escape", "Escape", 27), "esc");
        Add(new("Insert", "Insert", 45), "ins");
        Add(new("Home", "Home", 36));
        Add(new("End", "End", 35));
        Add(new("PageUp", "PageUp", 33), "page_up", "pgup", "prior");
        Add(new("PageDown", "PageDown", 34), "page_down", "pgdn", "pgdown", "next");
        Add(new("ArrowLeft", "ArrowLeft", 37), "left");
        Add(new("ArrowUp", "ArrowUp", 38), "up");
        Add(new("ArrowRight", "ArrowRight", 39), "right");
        Add(new("ArrowDown", "ArrowDown", 40), "down");
        Add(new("CapsLock", "CapsLock", 20), "caps_lock");
        Add(new("NumLock", "NumLock", 144), "num_lock");
        Add(new("ScrollLock", "ScrollLock", 145), "scroll_lock");
        Add(new("PrintScreen", "PrintScreen", 44), "print");
        Add(new("Pause", "Pause", 19), "break");
        Add(new("ContextMenu", "ContextMenu", 93), "menu");
        Add(new("Shift", "ShiftLeft", 16, Modifier: 8), "shiftleft", "shift_l", "shiftright", "shift_r");
        Add(new("Control", "ControlLeft", 17, Modifier: 2), "ctrl", "controlleft", "control_l", "controlright", "control_r");
        Add(new("Alt", "AltLeft", 18, Modifier: 1), "option", "altleft", "alt_l", "altright", "alt_r");
        Add(
            new("Meta", "MetaLeft", 91, Modifier: 4),
            "cmd", "command", "super", "super_l", "super_r", "win", "windows", "metaleft", "metaright");
        for (var number = 1; number <= FunctionKeys; number++)
            Add(new($"F{number}", $"F{number}", FirstFunctionKey + number - 1));
        foreach (var (name, character) in NamedCharacters)
            keys[name] = OfCharacter(character);
        return keys;

        void Add(Key key, params IEnumerable<string> others)
        {
            foreach (var name in others.Append(key.Code.ToLowerInvariant()).Append(key.Name.ToLowerInvariant()))
                keys[name] = key;
        }
    }
}
