(error) => {
  console.error(error);
  const told = document.getElementById("too-old");
  told.hidden = false;
  told.textContent = "This browser cannot show the map: please open the page in a newer one. "
    + "Trình duyệt này không hiển thị được bản đồ: hãy mở trang bằng trình duyệt mới hơn. "
    + "此浏览器无法显示地图，请使用较新的浏览器打开。";
}
