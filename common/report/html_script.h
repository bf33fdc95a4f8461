/* clang-format off */
"document.querySelectorAll('input[data-f]').forEach(function(b){b.addEventListener('change',function(){"
"document.querySelectorAll('details.f[data-v='+b.dataset.f+']').forEach(function(d){d.classList.toggle('hide',!b.checked)})})});"
"addEventListener('beforeprint',function(){document.querySelectorAll('details').forEach(function(d){d.open=true})});"
