// What axe finds on the page as it stands, how much wider than the screen it is, and what was found good for the
// first time: [violations, pixels, names]. `rules`: axe's options, or nothing to look at the width only; `layout`:
// the same for a page that was just judged at another width; `known`: the names of what was found good before.
async ([rules, layout, known]) => {
    const wider = document.documentElement.scrollWidth - window.innerWidth;
    if (!rules) return [[], wider, []];
    const good = new Set(known), fresh = [], below = new Map();
    const remember = name => {
        good.add(name);
        fresh.push(name);
    };

    // Elements of one kind - tag, classes, colours, size, all that lies behind them - have one contrast: once it was
    // found good it is not measured again. What axe could not decide, and what is wrong, is looked at each time.
    const behind = element => {
        if (!element) return String(window.innerWidth);
        if (!below.has(element)) {
            const style = getComputedStyle(element);
            const own = [style.backgroundColor, style.backgroundImage, style.opacity];
            if (style.position !== "static") own.push(style.position, element.tagName, element.className);
            const plain = own.join() === "rgba(0, 0, 0, 0),none,1";
            below.set(element, behind(element.parentElement) + (plain ? "" : ">" + own));
        }
        return below.get(element);
    };
    const kind = element => {
        const style = getComputedStyle(element), few = element.textContent.trim().length < 2;
        const own = [style.color, style.fontSize, style.fontWeight, style.textShadow, few];
        return [element.tagName, element.className, ...own, behind(element)].join("|");
    };

    // At its second width a page has the structure that was just judged. What depends on the layout is looked at
    // anyhow; the rest if something shows at one width only that was not yet among such things on a page found good.
    const told = /^(class|type|role|aria-.*)$/;
    const tag = ({tagName, attributes}) =>
        [tagName, ...[...attributes].map(({name, value}) => (told.test(name) ? `${name}=${value}` : name))].join(" ");
    const place = element => `${window.innerWidth}: ${tag(element.parentElement)} > ${tag(element)}`;
    const shown = () => {
        const all = [...document.querySelectorAll("body *")];
        return new Set(all.filter(element => element.checkVisibility({visibilityProperty: true})));
    };

    const judge = async () => {
        const before = window.shownBefore;
        window.shownBefore = shown();
        const differ = before ? [...before.symmetricDifference(window.shownBefore)].map(place) : [];
        const other = differ.filter(name => !good.has(name));
        const found = (await axe.run(before && !other.length ? layout : rules)).violations;
        if (!found.length) new Set(other).forEach(remember);
        return found;
    };

    // A target that is large enough and lies under no other is good, and so is one with nothing near it. Only of the
    // rest axe looks at what is around.
    const targets = "a, area, audio, button, embed, iframe, input, object, select, summary, textarea, video";
    const boxes = [...document.querySelectorAll(`${targets}, [tabindex], [contenteditable]`)].map(
        element => [element, element.getBoundingClientRect()]
    );
    const alone = element => {
        const {left, right, top, bottom, width, height} = element.getBoundingClientRect();
        const room = width >= 24 && height >= 24 ? 0 : 24;
        const near = ([other, box]) =>
            other !== element &&
            box.right > left - room &&
            box.left < right + room &&
            box.bottom > top - room &&
            box.top < bottom + room;
        return !boxes.some(near);
    };

    const changed = [];
    const change = (owner, name, wrap) => {
        const own = owner[name];
        changed.push(() => (owner[name] = own));
        owner[name] = wrap(own);
    };
    const {checks} = axe._audit;
    change(axe._audit.rules.find(rule => rule.id === "color-contrast"), "matches", own => function (element, ...more) {
        return !good.has(kind(element)) && own.call(this, element, ...more);
    });
    change(checks["color-contrast"], "evaluate", own => function (element, ...more) {
        const found = own.call(this, element, ...more);
        if (found && !good.has(kind(element))) remember(kind(element));
        return found;
    });
    for (const name of ["target-size", "target-offset"]) {
        change(checks[name], "evaluate", own => function (element, ...more) {
            return alone(element) || own.call(this, element, ...more);
        });
    }
    // An element passes by one of two checks, and axe makes both; here the dear one only if the other fails.
    change(checks["link-in-text-block"], "evaluate", own => function (element, options, ...more) {
        const {evaluate, options: its} = checks["link-in-text-block-style"];
        return evaluate.call(this, element, its, ...more) || own.call(this, element, options, ...more);
    });

    const found = await judge();
    for (const restore of changed) restore();
    return [found, wider, fresh];
}
