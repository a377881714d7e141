import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);
function r(t){let e=o([t]);for(let n=1;e.length>0;n++){if(n>200)return!0;e=e.flatMap(l=>o(Object.values(l)))}return!1}function o(t){return t.filter(e=>typeof e=="object"&&e!==null)}export{r as a};
